import {BOOL} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Expr} from '../ast.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {literal} from './convert.ts';
import {call, strict} from './function.ts';
import type {Site} from './site.ts';

export function lowerLogical(
  site: Site,
  kind: 'and' | 'or' | 'xor',
  args: readonly Expr[],
): Expression {
  const truths = args.map((arg) => lowerTruth(site, arg));
  if (kind !== 'xor') return {kind, args: truths, type: BOOL};
  return truths.reduce((left, right) => call(XOR, [left, right], BOOL));
}

export function lowerNot(site: Site, of: Expr): Expression {
  return {kind: 'not', arg: lowerTruth(site, of), type: BOOL};
}

const XOR = strict(
  'xor',
  (a, b) => a !== b,
  (a, b) => `(${a} <> ${b})`,
);

/** An expression of which only true, false and null are allowed. */
export function lowerTruth(site: Site, expr: Expr): Expression {
  const value = site.lower(expr);
  const {kind} = value.type;
  if (kind === 'bool') return value;
  if (value.kind === 'literal' && value.value === null) return literal(null, BOOL);
  if (kind === 'any' && value.kind !== 'literal') return call(TRUTH, [value], BOOL);
  const place = site.context.place(expr.span);
  const message = `a condition is true or false, and not ${kind === 'any' ? 'a list or a map' : `of type ${kind}`}`;
  const hint = 'compare it with something: x <> 0, x IS NOT NULL';
  site.context.report(problems['cypher-type']({message, hint}, {place}));
  return literal(null, BOOL);
}

const TRUTH = strict('truth', (value) => {
  if (typeof value === 'boolean') return value;
  throw problems['cypher-value']({
    message: `a condition is true or false, and not ${anyText(value)}`,
  });
});
