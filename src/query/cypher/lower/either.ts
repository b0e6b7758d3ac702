import type {Column, Table} from '../../../data/schema.ts';
import {ANY} from '../../../data/type.ts';
import type {Expr} from '../ast.ts';
import type {Context} from './context.ts';
import {siteOf} from './expression.ts';
import {moved} from './move.ts';
import {type Piece, pieceOf, scopeAfter} from './projection.ts';
import {projected, type Rows} from './rows.ts';
import {type Binding, column, type NodeBinding} from './scope.ts';
import {rowAs, severalOf} from './several.ts';

/**
 * All rows of all of them, with what can be named in columns of one order; `hidden` are
 * names that no query can write, which are kept too. A node that is of another table in
 * another of them becomes one of several tables.
 */
export function eitherOf(
  context: Context,
  found: readonly Rows[],
  hidden: readonly string[] = [],
): Rows {
  const [first, ...others] = found;
  if (!first) throw new Error('what is found is found in one way at least');
  if (others.length === 0) return first;
  const names = [...first.scope.names.keys()].filter(
    (name) => !name.startsWith(' ') || hidden.includes(name),
  );
  const tables = new Map(names.map((name) => [name, tableFor(name, found)]));
  const parts = found.map((rows) => {
    const pieces = names.map((name) => packed(context, rows, name, tables.get(name)));
    return {rows, pieces};
  });
  const columns = columnsOf(parts[0]?.pieces ?? []);
  const inputs = parts.map(({rows, pieces}) => {
    const values = pieces.flatMap((piece) => piece.values);
    return projected(rows.plan, columns, values);
  });
  const after = scopeAfter(first.scope, parts[0]?.pieces ?? []);
  return {
    plan: {kind: 'union', all: true, columns, inputs},
    scope: {...after, lost: first.scope.lost},
  };
}

/** The table that a node has throughout, or those that it has together. */
function tableFor(name: string, found: readonly Rows[]): Table | undefined {
  const bindings = found.map(({scope}) => scope.names.get(name));
  const nodes = bindings.filter((binding): binding is NodeBinding => binding?.kind === 'node');
  if (nodes.length < bindings.length) return undefined;
  const [first, ...others] = nodes.map(({table}) => table);
  return others.every(({id}) => id === first?.id)
    ? first
    : severalOf(nodes.map(({table}) => table));
}

/** What a name stands for as columns of its own: of a node its row, as one of `table`. */
export function packed(
  context: Context,
  {scope}: Rows,
  name: string,
  table: Table | undefined,
): Piece {
  const expression: Expr = {kind: 'variable', name, span: {start: 0, end: 0}};
  const binding = scope.names.get(name);
  if (binding?.kind !== 'node' || !table) {
    return pieceOf(siteOf(context, scope), 'with', {name, expression});
  }
  const {offset, presence} = binding;
  const columns: Column[] = [...table.columns];
  const values = rowAs(table, binding.table).map((value) => moved(value, offset));
  if (presence !== undefined) {
    columns.push({name: 'present', type: ANY});
    values.push(column(presence, ANY));
  }
  const node: Binding = {kind: 'node', table, offset, presence};
  return {name, expression, binding: node, columns, values};
}

export const columnsOf = (pieces: readonly Piece[]): readonly Column[] =>
  pieces.flatMap(({columns}) => columns);
