import type {Column} from '../../../data/schema.ts';
import {ANY} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Expr, Item, Projection} from '../ast.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import type {Rows} from './rows.ts';
import {type Binding, column, type Scope} from './scope.ts';
import type {Site} from './site.ts';

/** A column of a WITH or RETURN: its name, and the expression under it. */
export interface Named {
  readonly name: string;
  readonly expression: Expr;
}

/** The items of a projection with their names, `*` written out; duplicates are reported. */
export function itemsOf(context: Context, rows: Rows, projection: Projection): readonly Named[] {
  const star = projection.star ? starItems(context, rows, projection) : [];
  const named = projection.items.map((item) => ({
    name: nameOf(context, projection, item),
    expression: item.expression,
  }));
  const items = [...star, ...named];
  const seen = new Set<string>();
  for (const {name, expression} of items) {
    if (seen.has(name)) refuseDuplicate(context, name, expression);
    seen.add(name);
  }
  return items;
}

function starItems(context: Context, {scope}: Rows, {span, kind}: Projection): readonly Named[] {
  const names = [...scope.names.keys()].filter((name) => !name.startsWith(' '));
  if (names.length === 0 && kind === 'return') {
    const place = context.place(span);
    const message = 'RETURN * has nothing to return';
    context.report(problems['cypher-misplaced']({message}, {place}));
  }
  return names.map((name) => ({name, expression: {kind: 'variable', name, span}}));
}

/**
 * The alias; else the key of a property, the name of a variable, or the text as written.
 * WITH and YIELD take only the first and the third, since their names are used further on.
 */
function nameOf(context: Context, {word}: Projection, {alias, expression}: Item): string {
  if (alias) return alias.name;
  if (expression.kind === 'variable') return expression.name;
  const {start, end} = expression.span;
  const text = context.text.slice(start, end);
  if (word === 'RETURN') return expression.kind === 'property' ? expression.key.name : text;
  const place = context.place(expression.span);
  const message = `an expression in ${word} needs a name`;
  const hint = `write ${text.length > 40 ? '…' : text} AS name`;
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
  return text;
}

function refuseDuplicate(context: Context, name: string, expression: Expr): void {
  const place = context.place(expression.span);
  const {start, end} = expression.span;
  const hint = `give it a name of its own: ${context.text.slice(start, end)} AS other_name`;
  const facts = {what: 'column', name, hint};
  context.report(problems['cypher-duplicate-name'](facts, {place}));
}

/** An item in terms of the rows it is computed from. */
export interface Piece {
  readonly name: string;
  readonly expression: Expr;
  /** What its name stands for, still over those rows. */
  readonly binding: Binding;
  readonly columns: readonly Column[];
  readonly values: readonly Expression[];
}

/** Nodes stay nodes in a WITH, all columns side by side; in a RETURN they become values. */
export function pieceOf(site: Site, kind: 'with' | 'return', {name, expression}: Named): Piece {
  const found = expression.kind === 'variable' && site.scope.names.get(expression.name);
  if (kind === 'with' && found && found.kind === 'node') {
    const {table, offset, presence} = found;
    const columns: Column[] = [...table.columns];
    const values = columns.map(({type}, i) => column(offset + i, type));
    if (presence !== undefined) {
      columns.push({name: 'present', type: ANY});
      values.push(column(presence, ANY));
    }
    return {name, expression, binding: found, columns, values};
  }
  const value = site.lower(expression);
  const binding: Binding = {kind: 'value', expression: value};
  return {name, expression, binding, columns: [{name, type: value.type}], values: [value]};
}

/** What the names stand for once the pieces are the columns. */
export function scopeAfter(before: Scope, pieces: readonly Piece[]): Scope {
  const names = new Map<string, Binding>();
  let offset = 0;
  for (const {name, binding, columns, values} of pieces) {
    names.set(name, placed(binding, offset, values));
    offset += columns.length;
  }
  const lost = [...before.names.keys()].filter((name) => !names.has(name));
  return {
    names,
    width: offset,
    computed: new Map(),
    lost: new Map(lost.map((name) => [name, `carry it along: WITH …, ${name}`])),
  };
}

function placed(binding: Binding, offset: number, values: readonly Expression[]): Binding {
  if (binding.kind !== 'node') {
    return {kind: 'value', expression: column(offset, values[0]?.type ?? ANY)};
  }
  const presence = binding.presence === undefined ? undefined : offset + values.length - 1;
  return {kind: 'node', table: binding.table, offset, presence};
}

/**
 * What ORDER BY, and WHERE after WITH, can say: the new names, and the old ones where
 * each row still has them; after an aggregate or DISTINCT, what the items say instead.
 */
export function scopeBeside(
  before: Scope,
  pieces: readonly Piece[],
  {collapsed}: {collapsed: boolean},
): Scope {
  const names = pieces.map(({name, binding}): [string, Binding] => [name, binding]);
  if (!collapsed) return {...before, names: new Map([...before.names, ...names])};
  const said = pieces.map(({expression, values}): [string, Expression | undefined] => [
    print(expression),
    values.length === 1 ? values[0] : undefined,
  ]);
  const computed = said.flatMap(([text, value]): [string, Expression][] =>
    value ? [[text, value]] : [],
  );
  const lost = [...before.names.keys()].map((name): [string, string] => [
    name,
    `after DISTINCT or an aggregate only the items can be used: add ${name} to them`,
  ]);
  return {...before, names: new Map(names), computed: new Map(computed), lost: new Map(lost)};
}
