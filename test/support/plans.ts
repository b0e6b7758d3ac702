import {BOOL, INT4, TEXT} from '../../src/data/type.ts';
import type {Value} from '../../src/data/value.ts';
import type {Expression, ScalarFunction} from '../../src/query/expression.ts';
import type {Filter, Join, Plan, Project, Scan} from '../../src/query/plan.ts';
import {column} from './columns.ts';

/** Small plans over tables whose rows are those of `expect-incremental.ts`. */
export const scan = (table: string): Scan => ({
  kind: 'scan',
  table,
  columns: [
    {name: `${table}_a`, type: INT4},
    {name: `${table}_b`, type: INT4},
    {name: `${table}_c`, type: TEXT},
  ],
});

const operator = (name: string, compute: ScalarFunction['compute']): ScalarFunction => ({
  name,
  strict: true,
  compute,
  sql: (a = '', b = '') => `(${a} ${name} ${b})`,
});

const EQUAL = operator('=', (a, b) => a === b);
const LESS = operator('<', (a, b) => (a as number) < (b as number));
const PLUS = operator('+', (a, b) => (a as number) + (b as number));

const call = (called: ScalarFunction, args: readonly Expression[], type = BOOL): Expression => ({
  kind: 'call',
  function: called,
  args,
  type,
});

export const equal = (a: Expression, b: Expression): Expression => call(EQUAL, [a, b]);
export const less = (a: Expression, b: Expression): Expression => call(LESS, [a, b]);
export const plus = (a: Expression, b: Expression): Expression => call(PLUS, [a, b], INT4);
export const and = (...args: Expression[]): Expression => ({kind: 'and', args, type: BOOL});
export const or = (...args: Expression[]): Expression => ({kind: 'or', args, type: BOOL});

export const literal = (value: Value): Expression => ({
  kind: 'literal',
  value,
  type: typeof value === 'string' ? TEXT : INT4,
});

export const where = (input: Plan, predicate: Expression): Filter => ({
  kind: 'filter',
  columns: input.columns,
  input,
  predicate,
});

export const select = (input: Plan, ...expressions: Expression[]): Project => ({
  kind: 'project',
  columns: expressions.map(({type}, i) => ({name: `x${i}`, type})),
  input,
  expressions,
});

/** A join without keys: what the optimiser makes of its condition is the question. */
export const join = (
  type: Join['type'],
  left: Plan,
  right: Plan,
  residual: Expression | undefined,
): Join => ({
  kind: 'join',
  type,
  left,
  right,
  keys: [],
  residual,
  columns: type === 'semi' || type === 'anti' ? left.columns : [...left.columns, ...right.columns],
});

export {column};
