import {BOOL, TEXT} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {analyse, inCommon} from './analyse.ts';
import {type A_Expr, locationOf, type Node, plainName} from './ast.ts';
import {clockComparison} from './clock.ts';
import {constant} from './coerce.ts';
import {alike, COMPARISONS, comparison, distinctFrom} from './comparison.ts';
import {notSupported} from './context.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {resolved} from './overload.ts';
import {quantified} from './quantified.ts';
import type {Site} from './scope.ts';
import {categoryOf} from './types.ts';

const not = (arg: Expression): Expression => ({kind: 'not', arg, type: BOOL});

/** What the grammar calls A_Expr: operators and the words that stand between two values. */
export function operation(site: Site, node: A_Expr): Expression {
  const {context} = site;
  const name = plainName(node.name);
  const at = {context, location: node.location};
  const [left, right] = [node.lexpr, node.rexpr];
  switch (node.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return operatorCall(site, node, name);
    case 'AEXPR_IN':
      return inList(site, node, name === '<>');
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return quantified(site, node, name);
    case 'AEXPR_DISTINCT':
      return distinctFrom(analyse(site, left as Node), analyse(site, right as Node), at);
    case 'AEXPR_NOT_DISTINCT':
      return not(distinctFrom(analyse(site, left as Node), analyse(site, right as Node), at));
    case 'AEXPR_NULLIF':
      return nullIf(site, node);
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return between(site, node);
    default:
      throw notSupported(context, node.location, 'this operator', 'docs/queries.md lists them');
  }
}

const PATTERNS = new Set(['~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*']);

function operatorCall(site: Site, node: A_Expr, name: string): Expression {
  const {context} = site;
  const at = {context, location: node.location};
  const {lexpr, rexpr} = node;
  if (lexpr && rexpr && 'RowExpr' in lexpr && 'RowExpr' in rexpr) {
    const [left, right] = [lexpr.RowExpr.args ?? [], rexpr.RowExpr.args ?? []];
    if (name !== '=' || left.length !== right.length) {
      throw notSupported(
        context,
        node.location,
        'comparing rows',
        'compare the columns one by one',
      );
    }
    const args = left.map((one, i) =>
      comparison('=', [analyse(site, one), analyse(site, right[i] as Node)], at),
    );
    return {kind: 'and', args, type: BOOL};
  }
  if (lexpr && rexpr && COMPARISONS.has(name)) {
    const timed = clockComparison(site, name, [lexpr, rexpr]);
    if (timed) return timed;
  }
  const args = [lexpr, rexpr].flatMap((one) => (one ? [analyse(site, one)] : []));
  const [left, right] = args;
  if (COMPARISONS.has(name) && left && right) return comparison(name, [left, right], at);
  const call = resolved({...at, name, args, operator: true}, FUNCTIONS);
  const pattern = call.kind === 'call' ? call.args[1] : undefined;
  if (
    PATTERNS.has(name) &&
    call.kind === 'call' &&
    pattern?.kind === 'literal' &&
    pattern.value !== null
  ) {
    // A pattern that can never be used is told at once, not when a row comes.
    const probe: Expression = {kind: 'literal', value: '', type: TEXT};
    constant({...call, args: [probe, pattern]}, {context, location: locationOf(rexpr)});
  }
  return call;
}

/** IN is an OR of equalities, which the engine can look up. All in one common type. */
function inList(site: Site, node: A_Expr, negated: boolean): Expression {
  const {context} = site;
  const items = node.rexpr && 'List' in node.rexpr ? (node.rexpr.List.items ?? []) : [];
  const values = [analyse(site, node.lexpr as Node), ...items.map((item) => analyse(site, item))];
  const [left, ...rest] = inCommon(site, values, {nodes: [node.lexpr, ...items], what: 'IN'});
  const at = {context, location: node.location};
  const args = rest.map((one) => comparison('=', [left as Expression, one], at));
  const any: Expression =
    args.length === 1 ? (args[0] as Expression) : {kind: 'or', args, type: BOOL};
  return negated ? not(any) : any;
}

function nullIf(site: Site, node: A_Expr): Expression {
  const at = {context: site.context, location: node.location};
  const left = analyse(site, node.lexpr as Node);
  const right = analyse(site, node.rexpr as Node);
  const [compared] = alike(left, right, at);
  // The value is what `=` compares: where Postgres has an `=` of both types, itself.
  const own = left.type.kind === 'float4' || categoryOf(left.type) === 'D';
  const value = own && right.type.kind !== 'unknown' ? left : compared;
  const nothing: Expression = {kind: 'literal', value: null, type: value.type};
  return {
    kind: 'case',
    // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
    branches: [{when: comparison('=', [left, right], at), then: nothing}],
    otherwise: value,
    type: value.type,
  };
}

function between(site: Site, node: A_Expr): Expression {
  const at = {context: site.context, location: node.location};
  const items = node.rexpr && 'List' in node.rexpr ? (node.rexpr.List.items ?? []) : [];
  const value = node.lexpr as Node;
  const [low, high] = items as [Node, Node];
  const compared = (name: string, other: Node): Expression =>
    clockComparison(site, name, [value, other]) ??
    comparison(name, [analyse(site, value), analyse(site, other)], at);
  const inside = (a: Node, b: Node): Expression => ({
    kind: 'and',
    args: [compared('>=', a), compared('<=', b)],
    type: BOOL,
  });
  const symmetric = node.kind?.endsWith('SYM') ?? false;
  const held: Expression = symmetric
    ? {kind: 'or', args: [inside(low, high), inside(high, low)], type: BOOL}
    : inside(low, high);
  return node.kind?.includes('NOT') ? not(held) : held;
}
