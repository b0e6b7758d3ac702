import type {Table} from '../../../data/schema.ts';
import {ANY, BOOL, TEXT} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {nearest} from '../../../lib/nearest.ts';
import type {Expression} from '../../expression.ts';
import type {ComparisonOperator, Expr, Slice} from '../ast.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import {indexed, propertyOf, sliced} from '../values/access.ts';
import {CypherNode, CypherRelationship} from '../values/map.ts';
import {boxNode} from './box-node.ts';
import {compare} from './comparison.ts';
import {literal, NULL, toAny} from './convert.ts';
import {call, strict} from './function.ts';
import {holds, namesOf} from './label.ts';
import {moved} from './move.ts';
import {documentOf, isNameable} from './open-node.ts';
import {type Binding, column, type NodeBinding, type RelationshipBinding} from './scope.ts';
import {partsOf, rowKey, tableColumn} from './several.ts';
import type {Site} from './site.ts';

type Variable = Extract<Expr, {kind: 'variable'}>;

/** What the name stands for; reported where it stands for nothing. */
export function bindingOf(site: Site, expr: Variable): Binding {
  const {names, lost} = site.scope;
  const binding = names.get(expr.name);
  if (binding) return binding;
  const place = site.context.place(expr.span);
  const near = nearest(expr.name, names.keys());
  const hint = lost.get(expr.name) ?? (near === undefined ? undefined : `did you mean "${near}"?`);
  const facts = {name: expr.name, hint};
  site.context.report(problems['cypher-unknown-variable'](facts, {place}));
  return {kind: 'unknown'};
}

export function lowerVariable(site: Site, expr: Variable): Expression {
  const binding = bindingOf(site, expr);
  switch (binding.kind) {
    case 'unknown':
      return NULL;
    case 'value':
      return binding.expression;
    case 'node':
      return boxNode(binding);
    case 'relationship':
      return boxRelationship(binding);
  }
}

/** A relationship as a value; null where one of its nodes is. */
export function boxRelationship({type, from, to}: RelationshipBinding): Expression {
  const box = strict(
    `relationship(${type})`,
    (start, end) => new CypherRelationship(type, start as CypherNode, end as CypherNode),
  );
  return call(box, [boxNode(from), boxNode(to)], ANY);
}

/** `n.key`: of a node its column, with the type the database gives it. */
export function lowerProperty(site: Site, expr: Extract<Expr, {kind: 'property'}>): Expression {
  if (expr.of.kind === 'variable') {
    const binding = bindingOf(site, expr.of);
    if (binding.kind === 'unknown') return NULL;
    if (binding.kind === 'node') return propertyOfNode(site, binding, expr.key);
    if (binding.kind === 'relationship') return NULL;
  }
  const of = site.lower(expr.of);
  refuseScalar(site, of, expr);
  const key = literal(expr.key.name, TEXT);
  return call(PROPERTY, [toAny(of), key], ANY);
}

export const PROPERTY = strict('property', (of, key) => propertyOf(of, key as string));

const SCALARS = new Set(['bool', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'text']);

function refuseScalar(site: Site, of: Expression, expr: Extract<Expr, {kind: 'property'}>): void {
  if (!SCALARS.has(of.type.kind) || (of.kind === 'literal' && of.value === null)) return;
  const place = site.context.place(expr.span);
  const message = `a value of type ${of.type.kind} has no property "${expr.key.name}"`;
  site.context.report(problems['cypher-type']({message}, {place}));
}

function propertyOfNode(
  site: Site,
  {table, offset}: NodeBinding,
  key: {readonly name: string; readonly span: {readonly start: number; readonly end: number}},
): Expression {
  const index = table.columns.findIndex(({name}) => name === key.name);
  const found = table.columns[index];
  if (found) return column(offset + index, found.type);
  const document = documentOf(table);
  if (document !== undefined) {
    return call(PROPERTY, [column(offset + document, ANY), literal(key.name, TEXT)], ANY);
  }
  const place = site.context.place(key.span);
  const names = table.columns.filter(isNameable).map(({name}) => name);
  const facts = {
    property: key.name,
    table: table.name,
    nearest: nearest(key.name, names),
    known: `Its columns are ${names.join(', ')}.`,
  };
  site.context.report(problems['cypher-unknown-property'](facts, {place}));
  return NULL;
}

/** `a = b` of two nodes compares their keys, and nothing is boxed. */
export function compareNodes(
  site: Site,
  operator: ComparisonOperator,
  left: Expr,
  right: Expr,
): Expression | undefined {
  if (left.kind !== 'variable' || right.kind !== 'variable') return undefined;
  const a = site.scope.names.get(left.name);
  const b = site.scope.names.get(right.name);
  if (a?.kind !== 'node' || b?.kind !== 'node') return undefined;
  if (operator !== '=' && operator !== '<>') return undefined;
  const same = sameNode(a, b);
  if (!same) return undefined;
  return operator === '=' ? same : {kind: 'not', arg: same, type: BOOL};
}

/** Whether two nodes of tables with keys are one; undefined for others. */
export function sameNode(a: NodeBinding, b: NodeBinding): Expression | undefined {
  if (tableColumn(a.table) !== undefined || tableColumn(b.table) !== undefined) {
    return compare('=', keyOf(a), keyOf(b));
  }
  if (a.table.id !== b.table.id || a.table.keyColumns.length === 0) return undefined;
  const pairs = a.table.keyColumns.map((position) => {
    const type = a.table.columns[position]?.type ?? ANY;
    return compare('=', column(a.offset + position, type), column(b.offset + position, type));
  });
  const [only, ...others] = pairs;
  return only && others.length === 0 ? only : {kind: 'and', args: pairs, type: BOOL};
}

/** A key over the rows of all tables. */
const keyOf = ({table, offset}: NodeBinding): Expression =>
  tableColumn(table) === undefined ? moved(rowKey(table), offset) : column(offset, TEXT);

export function lowerIndex(site: Site, expr: Extract<Expr, {kind: 'index'}>): Expression {
  const of = toAny(site.lower(expr.of));
  return call(INDEX, [of, toAny(site.lower(expr.index))], ANY);
}

const INDEX = strict('index', indexed);

export function lowerSlice(site: Site, expr: Slice): Expression {
  const of = toAny(site.lower(expr.of));
  const from = expr.from ? toAny(site.lower(expr.from)) : literal(0, ANY);
  const args = expr.to ? [of, from, toAny(site.lower(expr.to))] : [of, from];
  return call(SLICE, args, ANY);
}

const SLICE = strict('slice', (of, from, to) => sliced(of, from, to as Value | undefined));

/** `n:Label`: known at once where `n` is a node, since a row has the label of its table. */
export function lowerLabels(site: Site, expr: Extract<Expr, {kind: 'labels'}>): Expression {
  const {labels} = expr;
  const binding = expr.of.kind === 'variable' ? bindingOf(site, expr.of) : undefined;
  if (binding?.kind === 'node') {
    const holding = partsOf(binding.table).filter((table) =>
      holds(labels, ({name}) => namesOf(table).includes(name)),
    );
    const answer = isOneOf(binding, holding);
    if (binding.presence === undefined) return answer;
    const absent: Expression = {kind: 'isNull', arg: column(binding.presence, ANY), type: BOOL};
    // biome-ignore lint/suspicious/noThenProperty: the contract of expressions has it.
    const branches = [{when: absent, then: literal(null, BOOL)}];
    return {kind: 'case', branches, otherwise: answer, type: BOOL};
  }
  const has = strict(`hasLabels(${print(expr)})`, (value) => {
    if (value instanceof CypherNode) return holds(labels, ({name}) => name === value.label);
    throw problems['cypher-value']({message: 'only a node has labels'});
  });
  return call(has, [toAny(site.lower(expr.of))], BOOL);
}

/** Whether a node that is there is a row of one of the tables. */
export function isOneOf({table, offset}: NodeBinding, tables: readonly Table[]): Expression {
  const index = tableColumn(table);
  const held = tables.filter(({id}) => partsOf(table).some((part) => part.id === id));
  if (held.length === partsOf(table).length) return literal(true, BOOL);
  if (index === undefined || held.length === 0) return literal(false, BOOL);
  const tests = held.map(({id}) => compare('=', column(offset + index, TEXT), literal(id, TEXT)));
  const [only, ...others] = tests;
  return only && others.length === 0 ? only : {kind: 'or', args: tests, type: BOOL};
}
