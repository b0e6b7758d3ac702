import {arrayOf, BOOL, INT4, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {unreachable} from '../../lib/assert.ts';
import type {Problem} from '../../lib/problem.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {type A_ArrayExpr, type A_Indirection, kindOf, locationOf, type Node, texts} from './ast.ts';
import {caseOf} from './case.ts';
import {type Coercion, explicitly, implicitly, settledExpression} from './coerce.ts';
import {collate, collated, wantOrder} from './collation.ts';
import {extreme} from './comparison.ts';
import {type Context, notSupported, problemAt} from './context.ts';
import {functionCall} from './function-call.ts';
import {constantOf, typeOf} from './literal.ts';
import {operation} from './operation.ts';
import {problems} from './problems.ts';
import {columnNamed, type Site} from './scope.ts';
import {columnAt, GROUPING} from './slots.ts';
import {sublink} from './sublink.ts';
import {commonType, spoken} from './types.ts';

/** An expression of SQL, resolved and typed. Throws a Problem with its place in the text. */
export const analyse = (site: Site, node: Node): Expression => collated(resolvedNode(site, node));

function resolvedNode(site: Site, node: Node): Expression {
  const {context} = site;
  if ('A_Const' in node) return constantOf(context, node.A_Const);
  if ('ColumnRef' in node) {
    const {fields = [], location = 0} = node.ColumnRef;
    if (fields.some((field) => 'A_Star' in field)) {
      throw notSupported(context, location, '* here', 'name the columns');
    }
    const column = columnNamed(site, texts(fields), location);
    context.names.set(column, texts(fields).join('.'));
    return column;
  }
  if ('A_Expr' in node) return operation(site, node.A_Expr);
  if ('BoolExpr' in node) return logical(site, node.BoolExpr);
  if ('FuncCall' in node) return functionCall(site, node.FuncCall);
  if ('TypeCast' in node) {
    const {arg, typeName, location} = node.TypeCast;
    if (!arg || !typeName) throw notSupported(context, location, 'this cast');
    const type = typeOf(context, typeName);
    const place = {context, location: locationOf(node)};
    return explicitly(castArgument(site, arg, type), type, place);
  }
  if ('NullTest' in node) {
    const {arg, nulltesttype} = node.NullTest;
    const isNull: Expression = {kind: 'isNull', arg: analyse(site, arg as Node), type: BOOL};
    return nulltesttype === 'IS_NULL' ? isNull : {kind: 'not', arg: isNull, type: BOOL};
  }
  if ('BooleanTest' in node) return truthTest(site, node.BooleanTest);
  if ('CaseExpr' in node) return caseOf(site, node.CaseExpr);
  if ('CoalesceExpr' in node) {
    const args = alikeAll(site, node.CoalesceExpr.args ?? [], 'COALESCE');
    return {kind: 'coalesce', args, type: (args[0] as Expression).type};
  }
  if ('MinMaxExpr' in node) {
    const name = node.MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least';
    const args = alikeAll(site, node.MinMaxExpr.args ?? [], name.toUpperCase());
    wantOrder(args, {context, location: locationOf(node)});
    return extreme(name, args);
  }
  if ('CollateClause' in node) {
    const {arg, collname, location} = node.CollateClause;
    const at = {context, location};
    const value = settledExpression(analyse(site, arg as Node), at);
    return collate(value, texts(collname).at(-1) ?? '', at);
  }
  if ('GroupingFunc' in node) return groupingOf(site, node.GroupingFunc);
  if ('SubLink' in node) return sublink(site, node.SubLink);
  if ('A_ArrayExpr' in node) return arrayOfElements(site, node.A_ArrayExpr);
  if ('A_Indirection' in node) return subscript(site, node.A_Indirection);
  throw refused(site, node);
}

type GroupingNode = Extract<Node, {GroupingFunc: unknown}>['GroupingFunc'];

/** GROUPING(a, b): a bit for each that is not in the grouping set of the row. */
function groupingOf(site: Site, {args = [], location}: GroupingNode): Expression {
  if (!site.aggregates) {
    throw problemAt(site.context, location, problems['sql-misplaced'], {
      message: `GROUPING is not allowed in ${site.clause}`,
      hint: 'select it, or use it in HAVING or ORDER BY',
    });
  }
  const inner = {...site, aggregates: false, windows: false, clock: undefined};
  const {groupings} = site.level;
  return columnAt(GROUPING + groupings.push(args.map((arg) => analyse(inner, arg))) - 1, INT4);
}

/** The elements of ARRAY[…]::type[] take the type that the array is cast to. */
function castArgument(site: Site, arg: Node, type: Type): Expression {
  return 'A_ArrayExpr' in arg && type.kind === 'array' && type.element
    ? arrayOfElements(site, arg.A_ArrayExpr, type.element)
    : analyse(site, arg);
}

const REFUSED: Readonly<Record<string, readonly [string, string?]>> = {
  SQLValueFunction: [
    'the current date, time or user',
    "compare a column with it in WHERE: at > now() - interval '5 minutes'",
  ],
  ParamRef: ['a parameter ($1)', 'write the value itself'],
  RowExpr: ['a row as a value', 'compare its columns one by one'],
  SetToDefault: ['DEFAULT'],
  XmlExpr: ['XML'],
  JsonFuncExpr: ['JSON_VALUE and its like', 'write -> and ->>'],
  JsonObjectConstructor: ['JSON_OBJECT'],
  JsonArrayConstructor: ['JSON_ARRAY'],
};

/** What is said of a node of a kind that no query may have. */
export function refused({context}: {readonly context: Pick<Context, 'text'>}, node: Node): Problem {
  const kind = kindOf(node);
  const [what, hint] = (Object.hasOwn(REFUSED, kind) && REFUSED[kind]) || [kind];
  return notSupported(context, locationOf(node), what as string, hint);
}

/** A condition: the expression as a boolean. */
export function condition(site: Site, node: Node): Expression {
  const expression = analyse(site, node);
  if (expression.type.kind !== 'bool' && expression.type.kind !== 'unknown') {
    throw problemAt(site.context, locationOf(node), problems['sql-type'], {
      message: `${site.clause} wants a boolean, but found ${spoken(expression.type)}`,
    });
  }
  return implicitly(expression, BOOL, {context: site.context, location: locationOf(node)});
}

type BoolNode = Extract<Node, {BoolExpr: unknown}>['BoolExpr'];

function logical(site: Site, {boolop, args = []}: BoolNode): Expression {
  const parts = args.map((arg) => condition({...site, clause: 'a condition'}, arg));
  switch (boolop) {
    case 'AND_EXPR':
      return {kind: 'and', args: parts, type: BOOL};
    case 'OR_EXPR':
      return {kind: 'or', args: parts, type: BOOL};
    default:
      return {kind: 'not', arg: parts[0] as Expression, type: BOOL};
  }
}

type TruthNode = Extract<Node, {BooleanTest: unknown}>['BooleanTest'];

/** IS TRUE and its like, which are never null. */
function truthTest(site: Site, {arg, booltesttype}: TruthNode): Expression {
  const value = condition({...site, clause: 'IS'}, arg as Node);
  const known = (constant: boolean): Expression => ({kind: 'literal', value: constant, type: BOOL});
  const coalesced = (otherwise: boolean): Expression => ({
    kind: 'coalesce',
    args: [value, known(otherwise)],
    type: BOOL,
  });
  const not = (inner: Expression): Expression => ({kind: 'not', arg: inner, type: BOOL});
  const isNull: Expression = {kind: 'isNull', arg: value, type: BOOL};
  switch (booltesttype) {
    case 'IS_TRUE':
      return coalesced(false);
    case 'IS_NOT_TRUE':
      return not(coalesced(false));
    case 'IS_FALSE':
      return not(coalesced(true));
    case 'IS_NOT_FALSE':
      return coalesced(true);
    case 'IS_UNKNOWN':
      return isNull;
    case 'IS_NOT_UNKNOWN':
    case undefined:
      return not(isNull);
    default:
      return unreachable(booltesttype);
  }
}

/** Several expressions, in the type they have in common. */
export function alikeAll(site: Site, nodes: readonly Node[], what: string): readonly Expression[] {
  return inCommon(
    site,
    nodes.map((node) => analyse(site, node)),
    {nodes, what},
  );
}

export function inCommon(
  {context}: Site,
  expressions: readonly Expression[],
  {nodes, what}: {nodes: readonly (Node | undefined)[]; what: string},
): readonly Expression[] {
  const types = expressions.map(({type}) => type);
  const type = commonType(types);
  const place = (i: number): Coercion => ({context, location: locationOf(nodes[i])});
  if (!type) {
    throw problemAt(context, place(0).location, problems['sql-type'], {
      message: `the types of ${what} do not fit together: ${types.map(spoken).join(', ')}`,
      hint: 'cast them to one type: (…)::type',
    });
  }
  return expressions.map((expression, i) => implicitly(expression, type, place(i)));
}

function arrayOfElements(
  site: Site,
  {elements = [], location}: A_ArrayExpr,
  type?: Type,
): Expression {
  const at = {context: site.context, location};
  const parts = elements.map((element) => analyse(site, element));
  if (parts.length === 0 && !type) {
    throw problemAt(site.context, location, problems['sql-type'], {
      message: 'an empty array has no type',
      hint: 'cast it: ARRAY[]::integer[]',
    });
  }
  if (parts.some((part) => part.type.kind === 'array')) {
    throw notSupported(site.context, location, 'an array of arrays');
  }
  const args = type
    ? parts.map((part) => explicitly(part, type, at))
    : inCommon(site, parts, {nodes: elements, what: 'ARRAY'});
  const called: ScalarFunction = {
    name: 'array',
    strict: false,
    compute: (...values) => values,
    sql: (...items) => `ARRAY[${items.join(', ')}]`,
  };
  const element = type ?? (args[0] as Expression).type;
  return {kind: 'call', function: called, args, type: arrayOf(element)};
}

/** `list[1]`, counted from 1; null outside of the list. */
function subscript(site: Site, {arg, indirection = []}: A_Indirection): Expression {
  const {context} = site;
  const location = locationOf(arg);
  const [first, second] = indirection;
  const list = analyse(site, arg as Node);
  const indices = first && 'A_Indices' in first ? first.A_Indices : undefined;
  if (!indices || second || indices.is_slice || !indices.uidx || list.type.kind !== 'array') {
    throw notSupported(context, location, 'this subscript', 'write list[n] of a list of values');
  }
  const at = implicitly(analyse(site, indices.uidx), INT4, {context, location});
  const called: ScalarFunction = {
    name: 'subscript',
    strict: true,
    compute: (values, n) => {
      const found = (values as readonly Value[])[(n as number) - 1] ?? null;
      // Of a list of lists one subscript alone is null.
      return Array.isArray(found) ? null : found;
    },
    sql: (values = '', n = '') => `(${values})[${n}]`,
  };
  return {kind: 'call', function: called, args: [list, at], type: list.type.element ?? list.type};
}
