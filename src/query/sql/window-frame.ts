import {addDecimals, Decimal, subtractDecimals} from '../../data/decimal.ts';
import {addIntegers, type Integer, subtractIntegers} from '../../data/integer.ts';
import {MICROS_PER_DAY, microsOf} from '../../data/temporal-calendar.ts';
import {intervalTotal} from '../../data/temporal-interval.ts';
import {INT8, INTERVAL, type Type} from '../../data/type.ts';
import {Interval, type Value} from '../../data/value.ts';
import type {Expression} from '../expression.ts';
import {columnsOf} from '../optimise-expression.ts';
import type {FrameBound, Reach, SortKey, WindowFrame} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, type WindowDef} from './ast.ts';
import {type Coercion, constant, implicitly} from './coerce.ts';
import {notSupported, problemAt} from './context.ts';
import {addInterval, addIntervals, negated} from './interval-arithmetic.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';
import {spoken} from './types.ts';
import {DEFAULT_FRAME} from './window-definition.ts';

/** The bits of frameOptions: Postgres's parsenodes.h. */
const ROWS = 0x4;
const GROUPS = 0x8;
const START_UNBOUNDED = 0x20;
const END_UNBOUNDED = 0x100;
const START_CURRENT = 0x200;
const END_CURRENT = 0x400;
const START_FOLLOWING = 0x2000;
const END_FOLLOWING = 0x4000;
const EXCLUDE = [
  [0x8000, 'current'],
  [0x10000, 'group'],
  [0x20000, 'ties'],
] as const;

/** The frame of a window; undefined for the default. */
export function frameOf(
  site: Site,
  {frameOptions = DEFAULT_FRAME, startOffset, endOffset, location}: WindowDef,
  orderBy: readonly SortKey[],
): WindowFrame | undefined {
  if (frameOptions === DEFAULT_FRAME) return undefined;
  const has = (bit: number): boolean => (frameOptions & bit) !== 0;
  const mode = has(ROWS) ? 'rows' : has(GROUPS) ? 'groups' : 'range';
  if (mode === 'groups' && orderBy.length === 0) {
    throw problemAt(site.context, location, problems['sql-misplaced'], {
      message: 'GROUPS wants an ORDER BY in its window',
      hint: 'write OVER (ORDER BY … GROUPS …)',
    });
  }
  const bound = (
    node: Node | undefined,
    {unbounded, current, following}: {unbounded: number; current: number; following: number},
  ): FrameBound => {
    if (has(unbounded)) return {kind: 'unbounded'};
    if (has(current) || !node) return {kind: 'current'};
    return offsetOf(site, node, {mode, orderBy, following: has(following)});
  };
  return {
    mode,
    start: bound(startOffset, {
      unbounded: START_UNBOUNDED,
      current: START_CURRENT,
      following: START_FOLLOWING,
    }),
    end: bound(endOffset, {
      unbounded: END_UNBOUNDED,
      current: END_CURRENT,
      following: END_FOLLOWING,
    }),
    exclude: EXCLUDE.find(([bit]) => has(bit))?.[1] ?? 'nothing',
  };
}

function offsetOf(
  site: Site,
  node: Node,
  {
    mode,
    orderBy,
    following,
  }: {mode: WindowFrame['mode']; orderBy: readonly SortKey[]; following: boolean},
): FrameBound {
  const at = {context: site.context, location: locationOf(node)};
  const range = mode === 'range' ? distanceOf(orderBy, at) : undefined;
  const expression = implicitly(analyse(site, node), range?.offset ?? INT8, at);
  const offset = constantOf(expression, at);
  if (isNegative(offset)) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: 'the offset of a window frame must not be negative',
    });
  }
  return {kind: 'offset', following, offset, reach: range?.reach};
}

function constantOf(expression: Expression, at: Coercion): Value {
  if (columnsOf(expression).size > 0) {
    const hint = 'write the number; a join with other rows can reach further';
    throw notSupported(at.context, at.location, 'a frame offset that is no constant', hint);
  }
  const value = constant(expression, at);
  if (value !== null) return value;
  throw problemAt(at.context, at.location, problems['sql-type'], {
    message: 'the offset of a window frame must not be null',
  });
}

function isNegative(offset: Value): boolean {
  if (offset instanceof Interval) return intervalTotal(offset) < 0;
  if (offset instanceof Decimal) return Number.isNaN(offset.digits) || offset.digits < 0;
  return Number.isNaN(offset) || (offset as Integer) < 0;
}

interface Distance {
  readonly offset: Type;
  readonly reach: Reach;
}

/** How far RANGE reaches from the value of its one ORDER BY: Postgres's in_range functions. */
function distanceOf(orderBy: readonly SortKey[], at: Coercion): Distance {
  const [key, second] = orderBy;
  if (!key || second) {
    throw problemAt(at.context, at.location, problems['sql-misplaced'], {
      message: 'RANGE with an offset wants exactly one expression in ORDER BY',
      hint: 'order by one value, or write ROWS or GROUPS',
    });
  }
  const {type} = key.expression;
  const reach = REACHES[type.kind];
  if (!reach) {
    const hint = 'order by a number or a time, or write ROWS or GROUPS';
    throw notSupported(at.context, at.location, `RANGE with an offset over ${spoken(type)}`, hint);
  }
  return {offset: offsetType(type), reach: reach as Reach};
}

function offsetType(type: Type): Type {
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return INT8;
    case 'float4':
    case 'float8':
      return {kind: 'float8'};
    case 'numeric':
      return {kind: 'numeric'};
    default:
      return INTERVAL;
  }
}

type ReachOf<Base, Offset> = (
  base: Base,
  offset: Offset,
  how: {readonly subtract: boolean},
) => Value | undefined;

/** No integer overflows here; a bound beyond its type is beyond all values of it. */
const integers: ReachOf<Integer, Integer> = (base, offset, {subtract}) =>
  subtract ? subtractIntegers(base, offset) : addIntegers(base, offset);

/** Infinitely far from an infinity is everything. */
const floats: ReachOf<number, number> = (base, offset, {subtract}) => {
  const reached = subtract ? base - offset : base + offset;
  return Number.isNaN(reached) && !Number.isNaN(base) ? undefined : reached;
};

const decimals: ReachOf<Decimal, Decimal> = (base, offset, {subtract}) => {
  const reached = subtract ? subtractDecimals(base, offset) : addDecimals(base, offset);
  return Number.isNaN(reached.digits) && !Number.isNaN(base.digits) ? undefined : reached;
};

const moments: ReachOf<Integer, Interval> = (base, offset, {subtract}) =>
  addInterval(base, subtract ? negated(offset) : offset);

const isInfinite = (days: number): boolean => days === Infinity || days === -Infinity;

/** Dates reach to moments: the date is compared by its midnight. */
const dates: ReachOf<number, Interval> = (base, offset, how) => {
  const reached = moments(isInfinite(base) ? base : microsOf(base, 0), offset, how);
  return Number(reached) / MICROS_PER_DAY;
};

const REACHES: Readonly<Partial<Record<Type['kind'], ReachOf<never, never>>>> = {
  int2: integers,
  int4: integers,
  int8: integers,
  float4: floats,
  float8: floats,
  numeric: decimals,
  date: dates,
  timestamp: moments,
  timestamptz: moments,
  time: ((base: number, offset: Interval, {subtract}) =>
    base + (subtract ? -1 : 1) * Number(offset.micros)) as ReachOf<number, Interval>,
  interval: ((base: Interval, offset: Interval, {subtract}) =>
    addIntervals(base, subtract ? negated(offset) : offset)) as ReachOf<Interval, Interval>,
};
