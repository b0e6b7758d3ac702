import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression, ScalarFunction} from '../../expression.ts';

/** A function that is null as soon as an argument is. */
export function strict(
  name: string,
  compute: (...args: Value[]) => Value,
  sql?: (...args: string[]) => string,
): ScalarFunction {
  return {name, strict: true, compute, ...(sql && {sql})};
}

/** A function that sees nulls. */
export function lenient(name: string, compute: (...args: Value[]) => Value): ScalarFunction {
  return {name, strict: false, compute};
}

/** A call; one of literals only is computed at once, unless it fails. */
export function call(called: ScalarFunction, args: readonly Expression[], type: Type): Expression {
  return {kind: 'call', function: called, args, type};
}

/** An expression whose value is known, under another type of the same form. */
export function retyped(expression: Expression, type: Type): Expression {
  return expression.type.kind === type.kind ? expression : {...expression, type};
}
