import {BOOL, isInteger, type Type} from '../data/type.ts';
import {Problem} from '../lib/problem.ts';
import {compile} from './evaluate.ts';
import type {Expression} from './expression.ts';

/** The conditions that all must be true for the predicate to be. */
export function conjunctsOf(predicate: Expression | undefined): readonly Expression[] {
  if (!predicate) return [];
  if (predicate.kind === 'and') return predicate.args.flatMap(conjunctsOf);
  return isTrue(predicate) ? [] : [predicate];
}

/** One predicate of several conditions; undefined for none. */
export function allOf(conjuncts: readonly Expression[]): Expression | undefined {
  const [only, second] = conjuncts;
  if (!second) return only;
  return {kind: 'and', args: conjuncts, type: BOOL};
}

const isTrue = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === true;

/** The expressions right below one. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return [];
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return expression.args;
    case 'not':
    case 'isNull':
      return [expression.arg];
    case 'case':
      return [...expression.branches.flatMap(({when, then}) => [when, then]), expression.otherwise];
    case 'fold':
      return [...expression.args, ...expression.bodies];
  }
}

/** Positions of the columns that an expression reads. A fold's own variables are among them. */
export function columnsOf(expression: Expression, into = new Set<number>()): Set<number> {
  if (expression.kind === 'column') into.add(expression.index);
  for (const part of partsOf(expression)) columnsOf(part, into);
  return into;
}

/** Whether it holds a fold, whose bodies count columns from the row's width on. */
export const holdsFold = (expression: Expression): boolean =>
  expression.kind === 'fold' || partsOf(expression).some(holdsFold);

/** The expression with its parts replaced. */
export function withParts(
  expression: Expression,
  change: (part: Expression) => Expression,
): Expression {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return expression;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
      return {...expression, args: expression.args.map(change)};
    case 'not':
    case 'isNull':
      return {...expression, arg: change(expression.arg)};
    case 'case': {
      const branches = expression.branches.map(({when, then}) => ({
        when: change(when),
        // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
        then: change(then),
      }));
      return {...expression, branches, otherwise: change(expression.otherwise)};
    }
    case 'fold':
      return {
        ...expression,
        args: expression.args.map(change),
        bodies: expression.bodies.map(change),
      };
  }
}

/** The expression over other columns: each one replaced. It holds no fold. */
export function overColumns(
  expression: Expression,
  replace: (index: number) => Expression,
): Expression {
  if (expression.kind === 'column') return replace(expression.index);
  return withParts(expression, (part) => overColumns(part, replace));
}

/** The expression over columns that stand `by` places further to the right. */
export const shifted = (expression: Expression, by: number): Expression =>
  expression.kind === 'column'
    ? {...expression, index: expression.index + by}
    : withParts(expression, (part) => shifted(part, by));

/**
 * What can be computed without a row is computed. A call that fails is left as it is: it
 * fails when a row comes, and if none comes, not at all.
 */
export function folded(expression: Expression): Expression {
  if (expression.kind === 'fold') return expression;
  const simpler = withParts(expression, folded);
  const constant =
    simpler.kind !== 'literal' &&
    simpler.kind !== 'column' &&
    partsOf(simpler).every(({kind}) => kind === 'literal');
  if (!constant) return simpler;
  try {
    return {kind: 'literal', value: compile(simpler)([]), type: simpler.type};
  } catch (error) {
    if (error instanceof Problem) return simpler;
    throw error;
  }
}

/** The sides of an equality that can be looked up by key; undefined for any other. */
export function equalityOf(
  expression: Expression,
): {readonly left: Expression; readonly right: Expression} | undefined {
  if (expression.kind !== 'call' || !expression.function.strict) return undefined;
  const {name} = expression.function;
  const [left, right, third] = expression.args;
  if (!left || !right || third || !(name === '=' || name.endsWith(' ='))) return undefined;
  if (!sameKeys(left.type, right.type)) return undefined;
  // openCypher's NaN equals nothing, and its texts are equal only when they are the same.
  const exact = !SQL_ONLY.has(left.type.kind);
  return exact || name === '=' ? {left, right} : undefined;
}

const SQL_ONLY = new Set(['float4', 'float8', 'any', 'array', 'bpchar', 'interval', 'jsonb']);

/** Whether equal values of the two types have one key. */
export function sameKeys(a: Type, b: Type): boolean {
  return (isInteger(a) && isInteger(b)) || (a.kind === b.kind && a.kind !== 'any');
}
