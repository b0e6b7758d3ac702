import {ANY} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Call} from '../ast.ts';
import {isOneClock, refuseClock} from '../lower/clock.ts';
import {literal, toAny} from '../lower/convert.ts';
import {call, strict} from '../lower/function.ts';
import type {Site} from '../lower/site.ts';
import {type BetweenUnit, between} from '../temporal/between.ts';
import {momentOf} from '../temporal/construct.ts';
import {CypherDuration} from '../temporal/duration.ts';
import {durationOf} from '../temporal/duration-of.ts';
import type {MomentKind} from '../temporal/moment.ts';
import {truncated} from '../temporal/truncate.ts';
import {entry, type FunctionEntry} from './entry.ts';
import type {SpecialFunction} from './special.ts';

const KINDS: readonly MomentKind[] = ['date', 'localtime', 'time', 'localdatetime', 'datetime'];

const BETWEEN: Readonly<Record<string, BetweenUnit>> = {
  'duration.between': 'mixed',
  'duration.inMonths': 'months',
  'duration.inDays': 'days',
  'duration.inSeconds': 'seconds',
};

export const TEMPORAL_FUNCTIONS: readonly FunctionEntry[] = [
  entry('duration', ['a map, a string or a duration', 1], ANY, durationOf),
  ...KINDS.map((kind) =>
    entry(`${kind}.truncate`, ['a unit, a temporal value and a map', 2, 3], ANY, (...args) =>
      truncated(kind, args),
    ),
  ),
];

const BETWEENS: readonly SpecialFunction[] = Object.entries(BETWEEN).map(([name, unit]) => ({
  name,
  arity: [2, 2],
  usage: 'two temporal values',
  lower: (site, {args}) => {
    const [from, to] = args;
    if (from && to && isOneClock(from, to)) return literal(new CypherDuration(0, 0, 0), ANY);
    const measured = strict(name, (a, b) => between(unit, a, b));
    return call(
      measured,
      args.map((arg) => toAny(site.lower(arg))),
      ANY,
    );
  },
}));

/** Without an argument each of these is a clock. */
const MOMENTS: readonly SpecialFunction[] = KINDS.flatMap((kind) =>
  [kind, `${kind}.statement`, `${kind}.transaction`, `${kind}.realtime`].map((name) => ({
    name,
    arity: [0, 1] as const,
    usage: 'a map, a string or a temporal value',
    lower: (site: Site, expr: Call): Expression => {
      const [arg] = expr.args;
      if (!arg) return refuseClock(site, expr);
      const make = strict(kind, (value) => momentOf(kind, value));
      return call(make, [toAny(site.lower(arg))], ANY);
    },
  })),
);

export const TEMPORAL_SPECIALS: readonly SpecialFunction[] = [...BETWEENS, ...MOMENTS];
