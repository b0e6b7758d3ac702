import type {Expression} from '../../expression.ts';
import type {Call, Expr} from '../ast.ts';
import {isAggregate} from '../functions/aggregate.ts';
import {functionNames, lowerFunction} from '../functions/catalogue.ts';
import {problems} from '../problems.ts';
import {nearest} from '../text.ts';
import {NULL} from './convert.ts';
import type {Site} from './site.ts';

/** Drasi's functions that are not there yet: not typing errors of functions that are. */
const FUTURE = new Set(
  `trueLater trueUntil trueFor trueNowOrLater awaiting future slidingWindow previousValue
  previousDistinctValue changeDateTime getVersionByTimestamp getVersionsByTimeRange linearGradient
  last`
    .split(/\s+/)
    .map((name) => `drasi.${name.toLowerCase()}`),
);

/** A call of a scalar function; aggregates are computed before, where they may stand. */
export function lowerCall(site: Site, expr: Call | Extract<Expr, {kind: 'countStar'}>): Expression {
  const place = site.context.place(expr.span);
  if (expr.kind === 'countStar' || isAggregate(expr.name)) {
    const name = expr.kind === 'countStar' ? 'count(*)' : `${expr.name}(…)`;
    const message = `the aggregate ${name} cannot stand here`;
    const hint = 'compute it in a WITH before, and use its name: WITH count(*) AS total';
    site.context.report(problems['cypher-misplaced']({message, hint}, {place}));
    return NULL;
  }
  const found = lowerFunction(site, expr);
  if (found) return found;
  if (FUTURE.has(expr.name.toLowerCase())) {
    const what = `the function ${expr.name}`;
    const hint = 'functions of time and of earlier values come in a later version';
    site.context.report(problems['cypher-not-supported']({what, hint}, {place}));
    return NULL;
  }
  const near = nearest(expr.name, functionNames());
  const facts = {name: expr.name, nearest: near};
  site.context.report(problems['cypher-unknown-function'](facts, {place}));
  return NULL;
}
