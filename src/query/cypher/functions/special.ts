import {anyKey} from '../../../data/any.ts';
import {BOOL, FLOAT8, TEXT} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Call} from '../ast.ts';
import {lowerChangeTime} from '../lower/change-time.ts';
import {refuseClock} from '../lower/clock.ts';
import {compare} from '../lower/comparison.ts';
import {castTo, commonType} from '../lower/condition.ts';
import {call, lenient} from '../lower/function.ts';
import {column} from '../lower/scope.ts';
import type {Site} from '../lower/site.ts';

import {lowerCast} from './cast.ts';

/** A function that is more than a function of its arguments' values. */
export interface SpecialFunction {
  readonly name: string;
  readonly arity: readonly [min: number, max: number];
  readonly usage: string;
  readonly lower: (site: Site, expr: Call) => Expression;
}

export const SPECIAL_FUNCTIONS: readonly SpecialFunction[] = [
  {name: 'cast', arity: [2, 2], usage: 'a value AS a type', lower: lowerCast},
  {name: 'coalesce', arity: [1, 100], usage: 'one value or more', lower: coalesce},
  {name: 'nullIf', arity: [2, 2], usage: 'two values', lower: nullIf},
  {name: 'exists', arity: [1, 1], usage: 'a property or a pattern', lower: exists},
  {name: 'rand', arity: [0, 0], usage: 'nothing', lower: rand},
  {name: 'randomUUID', arity: [0, 0], usage: 'nothing', lower: randomUuid},
  {name: 'timestamp', arity: [0, 0], usage: 'nothing', lower: refuseClock},
  {name: 'drasi.changeDateTime', arity: [1, 1], usage: 'a node', lower: lowerChangeTime},
];

function coalesce(site: Site, {args}: Call): Expression {
  const values = args.map((arg) => site.lower(arg));
  const type = commonType(values);
  return {kind: 'coalesce', args: values.map((value) => castTo(type, value)), type};
}

/** The first value, unless it equals the second. */
function nullIf(site: Site, {args}: Call): Expression {
  const [a, b] = args.map((arg) => site.lower(arg));
  if (!a || !b) throw new Error('nullIf has two arguments');
  const {type} = a;
  const none: Expression = {kind: 'literal', value: null, type};
  // biome-ignore lint/suspicious/noThenProperty: the contract of expressions has it.
  const branches = [{when: compare('=', a, b), then: none}];
  return {kind: 'case', branches, otherwise: a, type};
}

/** `exists(n.key)` is `n.key IS NOT NULL`; of a pattern, whether it is found. */
function exists(site: Site, {args: [arg]}: Call): Expression {
  if (!arg) throw new Error('exists has one argument');
  const value = site.lower(arg);
  if (arg.kind === 'pattern') return value;
  return {kind: 'not', arg: {kind: 'isNull', arg: value, type: BOOL}, type: BOOL};
}

/**
 * A number in [0, 1) that follows from the row and the place in the query: as good as
 * drawn, and the same whenever the row is looked at again, or taken away.
 */
function rand(site: Site, expr: Call): Expression {
  return call(
    lenient(`rand@${expr.span.start}`, (...values) => chance(expr.span.start, values)),
    row(site),
    FLOAT8,
  );
}

const row = ({scope}: Site): readonly Expression[] =>
  Array.from({length: scope.width}, (_, i) => column(i, {kind: 'any'}));

function chance(seed: number, values: Parameters<typeof anyKey>[0][]): number {
  return hash(`${seed}|${values.map(anyKey).join('|')}`) / 2 ** 32;
}

/** FNV-1a over UTF-16 units, then mixed, so that texts nearly alike fall far apart. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function randomUuid(site: Site, expr: Call): Expression {
  const uuid = lenient(`randomUUID@${expr.span.start}`, (...values) => {
    const parts = [0, 1, 2, 3].map((i) => {
      const part = hash(`${expr.span.start}.${i}|${values.map(anyKey).join('|')}`);
      return part.toString(16).padStart(8, '0');
    });
    const hex = parts.join('');
    const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  });
  return call(uuid, row(site), TEXT);
}
