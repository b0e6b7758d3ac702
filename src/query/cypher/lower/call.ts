import {nearest} from '../../../lib/nearest.ts';
import type {Expression} from '../../expression.ts';
import type {Call, Expr} from '../ast.ts';
import {aggregateNames, isAggregate} from '../functions/aggregate.ts';
import {functionNames, lowerFunction} from '../functions/catalogue.ts';
import {problems} from '../problems.ts';
import {NULL} from './convert.ts';
import type {Site} from './site.ts';
import {refuseTimeCall, timeFunctionNames} from './time.ts';

/** Functions of Drasi and of SQL that are not there: not typing errors of functions that are. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['drasi.awaiting', 'a condition that waits is null: write condition IS NULL'],
  ['drasi.future', 'write drasi.trueLater(condition, moment), which waits for a moment too'],
  ['drasi.getversionbytimestamp', 'earlier versions of a row are not kept: keep them in a table'],
  ['drasi.getversionsbytimerange', 'earlier versions of a row are not kept: keep them in a table'],
  ['array_agg', 'write collect(value)'],
  ['concat', 'write a + b'],
  ['date_trunc', "write datetime.truncate('day', at)"],
  ['ifnull', 'write coalesce(value, otherwise)'],
  ['now', 'write datetime(), or localdatetime() beside a timestamp without a zone'],
]);

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
  const found = lowerFunction(site, expr) ?? refuseTimeCall(site, expr);
  if (found) return found;
  const hint = ABSENT.get(expr.name.toLowerCase());
  if (hint !== undefined) {
    const what = `the function ${expr.name}`;
    site.context.report(problems['cypher-not-supported']({what, hint}, {place}));
    return NULL;
  }
  const near = nearest(expr.name, [
    ...functionNames(),
    ...timeFunctionNames(),
    ...aggregateNames(),
  ]);
  const facts = {name: expr.name, nearest: near};
  site.context.report(problems['cypher-unknown-function'](facts, {place}));
  return NULL;
}
