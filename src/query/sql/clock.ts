import {BOOL, DATE, INT4, INTERVAL, TIMESTAMP, TIMESTAMPTZ, type Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import type {TimeCall} from '../plan.ts';
import {type ClockUnit, type Comparison, nowComparison} from '../time/now.ts';
import {analyse} from './analyse.ts';
import {kindOf, locationOf, type Node, plainName} from './ast.ts';
import {implicitly} from './coerce.ts';
import {notSupported} from './context.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {resolved} from './overload.ts';
import type {Site} from './scope.ts';
import {columnAt, slotsIn, TIME} from './slots.ts';
import {isImplicit, spoken} from './types.ts';

/** `now() - interval '5 minutes'`, found in the text of a comparison. */
interface Clock {
  readonly type: Type;
  readonly unit: ClockUnit;
  readonly shift: Node | undefined;
  readonly sign: '+' | '-';
}

const MIRRORED: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * A comparison with the current time alone on one side, with or without an interval added
 * or taken away: rows come and go by it as time passes. Undefined for any other.
 */
export function clockComparison(
  site: Site,
  name: string,
  [left, right]: readonly [Node, Node],
): Expression | undefined {
  const clock = clockIn(left) ?? clockIn(right);
  if (!clock || (clockIn(left) && clockIn(right))) return undefined;
  const {context} = site;
  const location = Math.max(locationOf(clockIn(left) ? left : right), 0);
  if (!site.clock) {
    throw notSupported(context, location, `the current time in ${site.clause}`, HINT);
  }
  const shift = shiftOf(site, clock, location);
  const onLeft = clockIn(left) !== undefined;
  const other = analyse(site, onLeft ? right : left);
  const at = {context, location};
  // In UTC both kinds of timestamps count the same.
  const type =
    other.type.kind === 'timestamptz' && clock.type === TIMESTAMP ? TIMESTAMPTZ : clock.type;
  const compared = implicitly(other, type, at);
  const comparison = onLeft ? MIRRORED[MIRRORED[name] ?? name] : MIRRORED[name];
  const call: TimeCall = {
    function: nowComparison(comparison ?? '=', clock.unit),
    args: [compared, shift],
    type: BOOL,
  };
  if (slotsIn(call.args, 'subquery').length > 0) {
    throw notSupported(context, location, 'a subquery compared with the current time', HINT);
  }
  return columnAt(TIME + site.level.times.push(call) - 1, BOOL);
}

const HINT = "compare a column with it in WHERE: at > now() - interval '5 minutes'";

function clockIn(node: Node): Clock | undefined {
  const plain = bareClock(node);
  if (plain) return plain;
  if (kindOf(node) !== 'A_Expr' || !('A_Expr' in node)) return undefined;
  const {lexpr, rexpr, name} = node.A_Expr;
  const sign = plainName(name);
  if (!lexpr || !rexpr || (sign !== '+' && sign !== '-')) return undefined;
  const clock = clockIn(lexpr);
  return clock && clock.shift === undefined ? {...clock, shift: rexpr, sign} : undefined;
}

const MOMENT = {type: TIMESTAMPTZ, unit: 'microsecond', shift: undefined, sign: '+'} as const;

function bareClock(node: Node): Clock | undefined {
  if ('FuncCall' in node) {
    return plainName(node.FuncCall.funcname) === 'now' ? MOMENT : undefined;
  }
  if (!('SQLValueFunction' in node)) return undefined;
  switch (node.SQLValueFunction.op) {
    case 'SVFOP_CURRENT_TIMESTAMP':
      return MOMENT;
    case 'SVFOP_LOCALTIMESTAMP':
      return {...MOMENT, type: TIMESTAMP};
    case 'SVFOP_CURRENT_DATE':
      return {...MOMENT, type: DATE, unit: 'day'};
    default:
      return undefined;
  }
}

/** What is added to the clock: an interval, or days to the current date. */
function shiftOf(site: Site, {shift, sign, unit}: Clock, location: number): Expression {
  const type = unit === 'day' ? INT4 : INTERVAL;
  if (!shift) return {kind: 'literal', value: 0, type: INT4};
  const at = {context: site.context, location: Math.max(locationOf(shift), location)};
  const amount = analyse(site, shift);
  if (!isImplicit(amount.type, type)) {
    throw notSupported(
      site.context,
      location,
      `the current time and a ${spoken(amount.type)} in one sum`,
      HINT,
    );
  }
  const given = implicitly(amount, type, at);
  if (sign === '+') return given;
  return resolved({...at, name: '-', args: [given], operator: true}, FUNCTIONS);
}
