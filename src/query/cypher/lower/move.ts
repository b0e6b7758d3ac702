import type {Expression} from '../../expression.ts';

/** The expression over rows in which every column stands `by` further to the right. */
export function moved(expression: Expression, by: number): Expression {
  const each = (expressions: readonly Expression[]): readonly Expression[] =>
    expressions.map((inner) => moved(inner, by));
  switch (expression.kind) {
    case 'column':
      return {...expression, index: expression.index + by};
    case 'literal':
      return expression;
    case 'not':
    case 'isNull':
      return {...expression, arg: moved(expression.arg, by)};
    case 'case': {
      const branches = expression.branches.map((branch) => ({
        when: moved(branch.when, by),
        // biome-ignore lint/suspicious/noThenProperty: the contract of expressions has it.
        then: moved(branch.then, by),
      }));
      return {...expression, branches, otherwise: moved(expression.otherwise, by)};
    }
    case 'fold': {
      // The variables of the bodies stand behind the columns, and move with them.
      const {args, bodies, width} = expression;
      return {...expression, args: each(args), bodies: each(bodies), width: width + by};
    }
    default:
      return {...expression, args: each(expression.args)};
  }
}

/** Whether the expression uses a column before `width`. */
export function reaches(expression: Expression, width: number): boolean {
  const any = (expressions: readonly Expression[]): boolean =>
    expressions.some((inner) => reaches(inner, width));
  switch (expression.kind) {
    case 'column':
      return expression.index < width;
    case 'literal':
      return false;
    case 'not':
    case 'isNull':
      return reaches(expression.arg, width);
    case 'case': {
      const branches = expression.branches.flatMap((branch) => [branch.when, branch.then]);
      return any([...branches, expression.otherwise]);
    }
    case 'fold':
      return any([...expression.args, ...expression.bodies]);
    default:
      return any(expression.args);
  }
}
