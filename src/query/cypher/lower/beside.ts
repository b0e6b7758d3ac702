import {anyKey} from '../../../data/any.ts';
import {joinParts, keyPart} from '../../../data/key.ts';
import type {Column} from '../../../data/schema.ts';
import {BOOL, TEXT} from '../../../data/type.ts';
import type {Expression, ScalarFunction} from '../../expression.ts';
import type {Plan} from '../../plan.ts';
import type {Expr} from '../ast.ts';
import type {Context} from './context.ts';
import {boxedBy, literal, TRUE} from './convert.ts';
import {bothSides, type Correlated, type Question} from './correlated.ts';
import {columnsOf, packed} from './either.ts';
import {lowerMatch} from './match.ts';
import {areNamesNew} from './new-names.ts';
import {type Piece, scopeAfter} from './projection.ts';
import {relatingColumns} from './relationship.ts';
import {projected, type Rows} from './rows.ts';
import {type Binding, column, type Scope, shifted} from './scope.ts';
import {partsOf} from './several.ts';
import {type Uses, usesOf} from './uses.ts';

/**
 * Patterns beside rows, whatever the patterns are: what they ask of the rows at hand is
 * taken out of these, once for each combination of values; to that the patterns are matched
 * as by a MATCH, with all its conditions; and what was found is joined to the rows by those
 * values. `correlated.ts` does without the detour where a pattern allows it.
 *
 * A row of what is found is known by the values it was found for: where they change, it
 * leaves, and another comes.
 */
export interface Beside {
  /** What was found. */
  readonly rows: Rows;
  /** The values that it was found for, of the rows at hand and of what was found. */
  readonly key: {readonly left: Expression; readonly right: Expression};
}

/** A name for the values, which no query can write, and which no other name hides. */
const ROW = '\0row';

export function beside(
  context: Context,
  rows: Rows,
  {patterns, where}: Question,
  besides: readonly Expr[] = [],
): Beside | undefined {
  if (!areNamesNew(context, rows.scope, patterns)) return;
  const uses = usesOf(rows.scope, patterns, [...(where ? [where] : []), ...besides]);
  // A name that was not found was told of, and nothing can be asked of it.
  if ([...uses.keys()].some((name) => rows.scope.names.get(name)?.kind === 'unknown')) return;
  const pieces = [...uses].map(([name, use]) => asked(context, rows, name, use));
  const values = pieces.flatMap((piece) => piece.values);
  const left: Expression = {kind: 'call', function: identity(values), args: values, type: TEXT};
  const key: Piece = {
    name: ROW,
    expression: {kind: 'variable', name: ROW, span: {start: 0, end: 0}},
    binding: {kind: 'value', expression: left},
    columns: [{name: ROW, type: TEXT}],
    values: [left],
  };
  const all = [...pieces, key];
  const columns = columnsOf(all);
  const input = projected(rows.plan, columns, [...values, left]);
  const scope = scopeAfter(rows.scope, all);
  const [first] = patterns;
  const span = first?.span ?? {start: 0, end: 0};
  const found = lowerMatch(
    context,
    {plan: {kind: 'distinct', columns, input}, scope},
    {kind: 'match', optional: false, patterns, where, span},
  );
  const binding = found.scope.names.get(ROW);
  if (binding?.kind !== 'value') return undefined;
  return {rows: found, key: {left, right: binding.expression}};
}

/** The values of a name that the patterns ask for; null stands for the others of a node. */
function asked(context: Context, rows: Rows, name: string, use: Uses): Piece {
  const binding = rows.scope.names.get(name);
  const table = binding?.kind === 'node' ? binding.table : undefined;
  const piece = packed(context, rows, name, table);
  if (!table || use.whole) return piece;
  const relating = partsOf(table).flatMap((part) => relatingColumns(context, part));
  const wanted = new Set([...use.properties, ...relating]);
  const kept = ({name: own}: Column, i: number): boolean =>
    // What stands behind the table's columns says whether the node is there.
    i >= table.columns.length || own.startsWith('\0') || wanted.has(own);
  const values = piece.values.map((value, i) => {
    const of = piece.columns[i];
    return of && kept(of, i) ? value : literal(null, value.type);
  });
  return {...piece, values};
}

/** Values as one text, which is never null and is equal where each of them is. */
function identity(values: readonly Expression[]): ScalarFunction {
  const boxes = values.map(({type}) => boxedBy(type));
  return {
    name: 'values',
    strict: false,
    compute: (...given) =>
      joinParts(given.map((value, i) => keyPart(anyKey(boxes[i]?.(value) ?? null)))),
    sql: (...args) => `ROW(${args.join(', ')})::text`,
  };
}

/** What was found, for patterns inside of expressions. */
export function besideExpression({rows, key}: Beside, width: number): Correlated {
  const names = [...rows.scope.names].map(([name, binding]): [string, Binding] => [
    name,
    shifted(binding, width),
  ]);
  const scope: Scope = {
    ...rows.scope,
    names: new Map(names),
    width: width + rows.plan.columns.length,
  };
  return {right: rows.plan, keys: [key], residual: undefined, scope};
}

/** The rows at hand, each with all that was found for it, or with nulls. */
export function besideOptional(context: Context, rows: Rows, {rows: found, key}: Beside): Rows {
  const names = [...found.scope.names.keys()].filter(
    (name) => !(rows.scope.names.has(name) || name === ROW || name.startsWith(' ')),
  );
  const pieces = names.map((name) => {
    const binding = found.scope.names.get(name);
    return packed(context, found, name, binding?.kind === 'node' ? binding.table : undefined);
  });
  const columns = columnsOf(pieces);
  const marks = [
    {name: 'key', type: TEXT},
    {name: 'present', type: BOOL},
  ];
  const right: Plan = projected(
    found.plan,
    [...columns, ...marks],
    [...pieces.flatMap(({values}) => values), key.right, TRUE],
  );
  const inner = scopeAfter(found.scope, pieces);
  const scope = bothSides(rows.scope, {...inner, width: columns.length + 1});
  const both = [...rows.plan.columns, ...right.columns];
  const keys = [{left: key.left, right: column(columns.length, TEXT)}];
  const join = {kind: 'join', type: 'left', columns: both, residual: undefined} as const;
  return {plan: {...join, left: rows.plan, right, keys}, scope: {...scope, lost: rows.scope.lost}};
}
