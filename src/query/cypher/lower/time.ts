import {BOOL, INTERVAL, TIMESTAMPTZ} from '../../../data/type.ts';
import {Interval} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import type {TimeCall, TimeFunction} from '../../plan.ts';
import {CHANGED_AT, PREVIOUS_DISTINCT_VALUE, PREVIOUS_VALUE, WITHIN} from '../../time/history.ts';
import {problems as timeProblems} from '../../time/problems.ts';
import {TIME_CONDITIONS, type TimeSignature, withTime} from '../../time/timed-plan.ts';
import type {Call, Expr} from '../ast.ts';
import {isAggregate, isAggregateExpr} from '../functions/aggregate.ts';
import {problems} from '../problems.ts';
import {anyInside} from '../walk.ts';
import {clockComparison, isClockComparison} from './clock.ts';
import {castTo, commonType} from './condition.ts';
import type {Context} from './context.ts';
import {literal, NULL} from './convert.ts';
import {siteOf} from './expression.ts';
import {toInstant, toInterval} from './instant.ts';
import {lowerTruth} from './logical.ts';
import type {Rows} from './rows.ts';
import type {Site} from './site.ts';

interface TimeEntry {
  readonly name: string;
  readonly arity: readonly [min: number, max: number];
  readonly usage: string;
  readonly lower: (site: Site, args: readonly Expr[]) => TimeCall;
}

/** The functions whose values change by time alone, or depend on what a row was. */
const ENTRIES: readonly TimeEntry[] = [
  condition('drasi.trueFor', TIME_CONDITIONS.true_for),
  condition('drasi.trueLater', TIME_CONDITIONS.true_later),
  condition('drasi.trueUntil', TIME_CONDITIONS.true_until),
  condition('drasi.trueNowOrLater', TIME_CONDITIONS.true_now_or_later),
  previous('drasi.previousValue', PREVIOUS_VALUE),
  previous('drasi.previousDistinctValue', PREVIOUS_DISTINCT_VALUE),
  {
    name: 'drasi.slidingWindow',
    arity: [2, 2],
    usage: 'a duration or milliseconds, and an aggregate',
    lower: (site, [length]) => ({
      function: WITHIN,
      args: [length ? toInterval(site.lower(length)) : literal(new Interval(0, 0, 0), INTERVAL)],
      type: BOOL,
    }),
  },
  {
    name: 'drasi.last',
    arity: [1, 1],
    usage: 'one expression',
    // The aggregate takes the values in the order in which their rows have changed.
    lower: () => ({function: CHANGED_AT, args: [], type: TIMESTAMPTZ}),
  },
];

function condition(name: string, {function: called, takes}: TimeSignature): TimeEntry {
  const lasting = takes[1].kind === 'interval';
  const when = lasting ? toInterval : toInstant;
  return {
    name,
    arity: [2, 2],
    usage: lasting
      ? 'a condition and a duration or milliseconds'
      : 'a condition and a date, a time with a date or milliseconds',
    lower: (site, [truth, moment]) => ({
      function: called,
      args: [
        truth ? lowerTruth(site, truth) : literal(null, BOOL),
        when(moment ? site.lower(moment) : NULL),
      ],
      type: BOOL,
    }),
  };
}

function previous(name: string, called: TimeFunction): TimeEntry {
  return {
    name,
    arity: [1, 2],
    usage: 'an expression, and what to say while there is no value before',
    lower(site, written) {
      const args = written.map((arg) => site.lower(arg));
      const type = commonType(args);
      return {function: called, args: args.map((arg) => castTo(type, arg)), type};
    },
  };
}

const BY_NAME = new Map(ENTRIES.map((entry) => [entry.name.toLowerCase(), entry]));

/** The names of the functions of time, as they are best written. */
export const timeFunctionNames = (): readonly string[] => ENTRIES.map(({name}) => name);

type TimeExpr = Extract<Expr, {kind: 'call' | 'comparison'}>;

/** Whether an expression is one whose value time changes: a call, or a comparison with now. */
export const isTimeExpr = (expr: Expr): expr is TimeExpr =>
  expr.kind === 'call' ? BY_NAME.has(expr.name.toLowerCase()) : isClockComparison(expr);

/** Whether time changes it at moments that follow from the row as it is, whatever it was. */
export const isMomentary = (expr: Expr): boolean =>
  isTimeExpr(expr) && (expr.kind === 'comparison' || MOMENTARY.has(expr.name.toLowerCase()));

const MOMENTARY: ReadonlySet<string> = new Set([
  'drasi.truelater',
  'drasi.trueuntil',
  'drasi.truenoworlater',
]);

export const holdsTime = (expr: Expr): boolean => anyInside(expr, isTimeExpr);

/**
 * Rows with a column more, which an operator of time keeps up to date, and the expression
 * as it reads that column (null where it is wrong, which is then reported). What stands
 * inside has been prepared before.
 */
export function lowerTimeExpr(
  context: Context,
  rows: Rows,
  expr: TimeExpr,
  expressions: ReadonlyMap<Expr, Expression>,
): {readonly rows: Rows; readonly expression: Expression} {
  let wide = rows;
  const column = (call: TimeCall): Expression => {
    const {plan, column: added} = withTime(wide.plan, call);
    const width = plan.columns.length;
    wide = {...wide, plan, scope: {...wide.scope, width}};
    return added;
  };
  const site = siteOf(context, rows.scope, expressions);
  if (expr.kind === 'comparison') {
    return {expression: clockComparison(site, expr, column), rows: wide};
  }
  const call = timeCall(site, expr);
  return {expression: call ? column(call) : NULL, rows: wide};
}

function timeCall(site: Site, expr: Call): TimeCall | undefined {
  const entry = BY_NAME.get(expr.name.toLowerCase());
  const {args} = expr;
  const place = site.context.place(expr.span);
  if (!entry) return undefined;
  const [min, max] = entry.arity;
  if (args.length < min || args.length > max || expr.distinct) {
    const facts = {name: expr.name, usage: entry.usage};
    site.context.report(problems['cypher-arguments'](facts, {place}));
    return undefined;
  }
  if (refusedOver(site, expr)) return undefined;
  return entry.lower(site, args);
}

/** What an aggregate answers is there only after the clause that computes it. */
function refusedOver(site: Site, expr: Call): boolean {
  if (isAggregate(expr.name)) return false;
  if (!expr.args.some((arg) => anyInside(arg, isAggregateExpr))) return false;
  const place = site.context.place(expr.span);
  const hint = `compute the aggregate in a WITH before: WITH … AS value … ${expr.name}(value, …)`;
  const facts = {name: `${expr.name} over an aggregate`, hint};
  site.context.report(timeProblems['time-function-misplaced'](facts, {place}));
  return true;
}

/** A function of time where no rows could be given its column: in a pattern, or a list. */
export function refuseTimeCall(site: Site, expr: Call): Expression | undefined {
  if (!BY_NAME.has(expr.name.toLowerCase())) return undefined;
  if (refusedOver(site, expr)) return NULL;
  const place = site.context.place(expr.span);
  const hint = 'call it in a WITH … WHERE after the pattern, or on the rows that UNWIND makes';
  const facts = {name: expr.name, hint};
  site.context.report(timeProblems['time-function-misplaced'](facts, {place}));
  return NULL;
}
