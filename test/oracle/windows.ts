import {type ExpressionType, expression, type Source} from './expressions.ts';

/** Functions over windows: their frames, FILTER, and windows with a name. */
export function windowItems(source: Source): {items: string[]; named: string[]} {
  const {pick} = source;
  const named = pick([
    [],
    ['w AS (PARTITION BY a.k % 2)'],
    ['w AS (PARTITION BY a.k % 2 ORDER BY a.id)'],
    ['v AS (PARTITION BY a.k)', 'w AS (v ORDER BY a.id DESC)'],
  ]);
  const items = [1, 2].map((n) => `${windowItem(source, named)} AS w${n}`);
  return {items, named};
}

function windowItem(source: Source, named: readonly string[]): string {
  const {pick} = source;
  const call = pick(CALLS)(source);
  const ordered = pick([true, true, false]);
  if (named.length > 0 && pick([true, false])) {
    const last = named.at(-1) ?? '';
    if (last.includes('ORDER'))
      return `${call} OVER ${pick(['w', `(w ${frame(source, 'a.id')})`])}`;
    return `${call} OVER (w ORDER BY a.id ${frame(source, 'a.id')})`;
  }
  const partition = pick(['', 'PARTITION BY a.k ', 'PARTITION BY a.k IS NULL ']);
  if (!ordered) return `${call.replace(UNORDERED, 'count(*)')} OVER (${partition})`;
  const range = pick(RANGES);
  const column = source.columns.find(({type}) => type === range.type);
  if (column && peerless(call)) {
    return `${call} OVER (${partition}ORDER BY ${column.sql}${direction(source)} RANGE ${rangeFrame(source, range.offsets)})`;
  }
  // Which of equal rows comes first is not said: what tells them apart wants all of them.
  const key = peerless(call) ? pick(['a.k', 'a.id', 'a.k % 2']) : 'a.id';
  return `${call} OVER (${partition}ORDER BY ${key}${direction(source)} ${frame(source, key)})`;
}

const direction = ({pick}: Source): string =>
  pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);

/** Calls whose value tells rows apart that sort equal, or lists them in their order. */
const UNORDERED = /^(row_number|lag|lead|first_value|last_value|nth_value|ntile|array_agg)\(.*\)$/;
const peerless = (call: string): boolean =>
  !/^(row_number|lag|lead|\w+_value|ntile|array_agg)/.test(call);

/** ROWS tells equal rows apart, so it stands over an order that leaves none. */
function frame(source: Source, key: string): string {
  const {pick} = source;
  const mode = key === 'a.id' ? pick(['ROWS', 'GROUPS', 'RANGE']) : pick(['GROUPS', 'RANGE', '']);
  if (mode === '') return '';
  const exclude = key === 'a.id' ? pick(EXCLUDE) : pick(['', ' EXCLUDE GROUP', ' EXCLUDE TIES']);
  return `${mode} ${bounds(source, ['0', '1', '2', '5'])}${exclude}`;
}

const rangeFrame = (source: Source, offsets: readonly string[]): string =>
  `${bounds(source, offsets)}${source.pick(['', '', ' EXCLUDE GROUP'])}`;

const EXCLUDE = [
  '',
  '',
  ' EXCLUDE CURRENT ROW',
  ' EXCLUDE GROUP',
  ' EXCLUDE TIES',
  ' EXCLUDE NO OTHERS',
];

function bounds({pick}: Source, offsets: readonly string[]): string {
  const offset = (): string => pick(offsets);
  return pick([
    'UNBOUNDED PRECEDING',
    `${offset()} PRECEDING`,
    'BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    'BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
    'BETWEEN CURRENT ROW AND CURRENT ROW',
    `BETWEEN UNBOUNDED PRECEDING AND ${offset()} PRECEDING`,
    `BETWEEN ${offset()} PRECEDING AND ${offset()} FOLLOWING`,
    `BETWEEN ${offset()} PRECEDING AND ${offset()} PRECEDING`,
    `BETWEEN ${offset()} FOLLOWING AND ${offset()} FOLLOWING`,
    `BETWEEN ${offset()} PRECEDING AND CURRENT ROW`,
    `BETWEEN CURRENT ROW AND ${offset()} FOLLOWING`,
  ]);
}

const RANGES: readonly {readonly type: ExpressionType; readonly offsets: readonly string[]}[] = [
  {type: 'int4', offsets: ['0', '1', '3', '9223372036854775807']},
  {type: 'int8', offsets: ['0', '2']},
  {type: 'numeric', offsets: ['0', '1.5', '2', "'infinity'"]},
  {type: 'float8', offsets: ['0', '1', "'1e20'"]},
  {type: 'date', offsets: ["'0 days'", "'1 day 12:00'", "'2 mon'"]},
  {type: 'timestamptz', offsets: ["'0 days'", "'1 day'", "'12:00'"]},
  {type: 'timestamp', offsets: ["'1 day'", "'100 years'"]},
  {type: 'interval', offsets: ["'1 day'", "'1 mon'"]},
];

type Make = (source: Source) => string;
const of = (source: Source, ...types: ExpressionType[]): string =>
  expression(source, source.pick(types), 2);

const CALLS: readonly Make[] = [
  () => 'row_number()',
  () => 'rank()',
  () => 'dense_rank()',
  () => 'percent_rank()',
  () => 'cume_dist()',
  (s) => `ntile(${s.pick(['1', '2', '3', 'NULLIF(a.id, 1)'])})`,
  (s) => `lag(${of(s, 'int4', 'text', 'numeric')})`,
  (s) => `lead(${of(s, 'int4', 'text')}, 2)`,
  (s) => `lag(${of(s, 'int4')}, 1, 7)`,
  (s) => `first_value(${of(s, 'int4', 'text', 'numeric')})`,
  (s) => `last_value(${of(s, 'int4', 'text', 'date')})`,
  (s) => `nth_value(${of(s, 'int4', 'text')}, ${s.pick(['1', '2', 'NULLIF(abs(a.id), 0)'])})`,
  (s) => `sum(${of(s, 'int4', 'numeric')})`,
  (s) => `sum(${of(s, 'int4')}) FILTER (WHERE ${of(s, 'bool')})`,
  (s) => `avg(${of(s, 'int4', 'numeric')})`,
  () => 'count(*)',
  (s) => `count(*) FILTER (WHERE ${of(s, 'bool')})`,
  (s) => `count(${of(s, 'text', 'int4')})`,
  (s) => `max(${of(s, 'int4', 'text', 'date')})`,
  (s) => `min(${of(s, 'int4', 'text', 'numeric')})`,
  (s) => `array_agg(${of(s, 'int4')})`,
];
