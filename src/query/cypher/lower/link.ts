import {ANY, BOOL, TEXT} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import {PROPERTY} from './access.ts';
import {compare, toNumeric, toPlainFloat} from './comparison.ts';
import {isFloat, isText, literal, toAny} from './convert.ts';
import {call} from './function.ts';
import {documentOf} from './open-node.ts';
import type {GraphNode, Link} from './pattern.ts';
import type {Relation} from './relationship.ts';
import {column, type NodeBinding, type Scope, withName} from './scope.ts';

/** A link and the relations that it can stand for, at least one of them. */
export interface Resolved {
  readonly link: Link;
  readonly relations: readonly Relation[];
  /** Where it stands for several: the column that tells which, counted from 0. */
  readonly choice?: number;
}

/** How the columns of two nodes are equal. */
export type Pair = readonly [left: Expression, right: Expression];

export function nodeOf(scope: Scope, {name}: GraphNode): NodeBinding {
  const binding = scope.names.get(name);
  if (binding?.kind !== 'node') throw new Error(`node ${name} is not joined`);
  return binding;
}

/** The columns that a relation makes equal, left node first, in types that join. */
export function pairsOf(
  relation: Relation,
  left: NodeBinding,
  right: NodeBinding,
): readonly Pair[] {
  return relation.columns.map(([from, to]) => {
    const [a, b] = relation.forward ? [from, to] : [to, from];
    return comparable(columnOf(left, a), columnOf(right, b));
  });
}

function columnOf({table, offset}: NodeBinding, name: string): Expression {
  const index = table.columns.findIndex((found) => found.name === name);
  const type = table.columns[index]?.type;
  if (type) return column(offset + index, type);
  const document = documentOf(table);
  if (document === undefined) return literal(null, ANY);
  return call(PROPERTY, [column(offset + document, ANY), literal(name, TEXT)], ANY);
}

/** Two expressions in one type, so that equal values have equal keys. */
function comparable(a: Expression, b: Expression): Pair {
  const [x, y] = [a.type, b.type];
  if (x.kind === y.kind || (isText(x) && isText(y))) return [a, b];
  const whole = ['int2', 'int4', 'int8'];
  if (whole.includes(x.kind) && whole.includes(y.kind)) return [a, b];
  const numbers = [...whole, 'numeric', 'float4', 'float8'];
  if (!numbers.includes(x.kind) || !numbers.includes(y.kind)) return [toAny(a), toAny(b)];
  if (isFloat(x) || isFloat(y)) return [toPlainFloat(a), toPlainFloat(b)];
  return [toNumeric(a), toNumeric(b)];
}

/** The condition under which the relation holds between the nodes. */
export function relationCondition(relation: Relation, left: NodeBinding, right: NodeBinding) {
  const pairs = pairsOf(relation, left, right).map(([a, b]) => compare('=', a, b));
  const [only, ...others] = pairs;
  return only && others.length === 0 ? only : ({kind: 'and', args: pairs, type: BOOL} as const);
}

/** The scope with the variables of the links. */
export function withRelationships(scope: Scope, links: readonly Resolved[]): Scope {
  return links.reduce((names, {link, relations}) => {
    const {variable} = link.pattern;
    const [relation] = relations;
    // Where it may be one of several, what it is has been told row by row.
    if (!variable || relations.length > 1) return names;
    if (!relation) return withName(names, variable.name, {kind: 'unknown'});
    const ends = [nodeOf(scope, link.left), nodeOf(scope, link.right)] as const;
    const [from, to] = relation.forward ? ends : [ends[1], ends[0]];
    return withName(names, variable.name, {kind: 'relationship', type: relation.type, from, to});
  }, scope);
}
