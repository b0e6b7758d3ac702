import {ANY, BOOL, FLOAT8, INT8, TEXT} from '../../../data/type.ts';
import {unreachable} from '../../../lib/assert.ts';
import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import {print} from '../print.ts';
import {problems} from '../problems.ts';
import {lowerIndex, lowerLabels, lowerProperty, lowerSlice, lowerVariable} from './access.ts';
import {lowerCall} from './call.ts';
import {lowerCase, lowerComparison} from './condition.ts';
import type {Context} from './context.ts';
import {literal, NULL} from './convert.ts';
import {lowerComprehension, lowerQuantifier, lowerReduce} from './fold.ts';
import {lowerList, lowerMap, lowerMapProjection} from './literal.ts';
import {lowerLogical, lowerNot} from './logical.ts';
import {lowerBinary, lowerSign} from './operator.ts';
import {lowerParameter} from './parameter.ts';
import type {Scope} from './scope.ts';
import type {Site} from './site.ts';

/** The place of a clause's expressions. */
export function siteOf(
  context: Context,
  scope: Scope,
  prepared: ReadonlyMap<Expr, Expression> = new Map(),
): Site {
  const site: Site = {
    context,
    scope,
    prepared,
    lower: (expr) => lowerExpression(site, expr),
    within: (inner) => siteOf(context, inner, prepared),
  };
  return site;
}

/** An expression as written, resolved and typed against the names in scope. */
function lowerExpression(site: Site, expr: Expr): Expression {
  const prepared = site.prepared.get(expr);
  if (prepared) return prepared;
  if (site.scope.computed.size > 0) {
    const computed = site.scope.computed.get(print(expr));
    if (computed) return computed;
  }
  return isOperation(expr) ? lowerOperation(site, expr) : lowerValue(site, expr);
}

type Operation = Extract<
  Expr,
  {kind: 'and' | 'or' | 'xor' | 'not' | 'minus' | 'plus' | 'binary' | 'comparison' | 'isNull'}
>;

const OPERATIONS: ReadonlySet<Expr['kind']> = new Set<Operation['kind']>([
  'and',
  'or',
  'xor',
  'not',
  'minus',
  'plus',
  'binary',
  'comparison',
  'isNull',
]);

const isOperation = (expr: Expr): expr is Operation => OPERATIONS.has(expr.kind);

function lowerOperation(site: Site, expr: Operation): Expression {
  switch (expr.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return lowerLogical(site, expr.kind, expr.args);
    case 'not':
      return lowerNot(site, expr.of);
    case 'minus':
    case 'plus':
      return lowerSign(site, expr);
    case 'binary':
      return lowerBinary(site, expr);
    case 'comparison':
      return lowerComparison(site, expr);
    case 'isNull': {
      const isNull: Expression = {kind: 'isNull', arg: site.lower(expr.of), type: BOOL};
      return expr.negated ? {kind: 'not', arg: isNull, type: BOOL} : isNull;
    }
  }
}

function lowerValue(site: Site, expr: Exclude<Expr, Operation>): Expression {
  switch (expr.kind) {
    case 'null':
      return NULL;
    case 'boolean':
      return literal(expr.value, BOOL);
    case 'integer':
      return lowerInteger(site, expr);
    case 'float':
      return literal(expr.value, FLOAT8);
    case 'string':
      return literal(expr.value, TEXT);
    case 'parameter':
      return lowerParameter(site, expr);
    case 'variable':
      return lowerVariable(site, expr);
    case 'property':
      return lowerProperty(site, expr);
    case 'index':
      return lowerIndex(site, expr);
    case 'slice':
      return lowerSlice(site, expr);
    case 'labels':
      return lowerLabels(site, expr);
    case 'list':
      return lowerList(site, expr.items);
    case 'map':
      return lowerMap(site, expr);
    case 'mapProjection':
      return lowerMapProjection(site, expr);
    case 'call':
    case 'countStar':
      return lowerCall(site, expr);
    case 'case':
      return lowerCase(site, expr);
    case 'listComprehension':
      return lowerComprehension(site, expr);
    case 'quantifier':
      return lowerQuantifier(site, expr);
    case 'reduce':
      return lowerReduce(site, expr);
    case 'pattern':
    case 'exists':
    case 'patternComprehension':
      return refusePattern(site, expr);
    default:
      return unreachable(expr);
  }
}

/** 2^63 is there only to be negated. */
function lowerInteger(site: Site, expr: Extract<Expr, {kind: 'integer'}>): Expression {
  if (expr.value !== 2n ** 63n) return literal(expr.value, INT8);
  const place = site.context.place(expr.span);
  const message = `${expr.value} is no 64-bit integer`;
  throw problems['cypher-literal']({message}, {place});
}

/** Patterns are prepared before the expressions around them; one that is not stands wrong. */
function refusePattern(site: Site, expr: Expr): Expression {
  const place = site.context.place(expr.span);
  const facts = {
    what: 'a pattern at this place of an expression',
    hint: 'match it in a MATCH or OPTIONAL MATCH before',
  };
  site.context.report(problems['cypher-not-supported'](facts, {place}));
  return {...NULL, type: ANY};
}
