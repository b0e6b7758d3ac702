import {comparer} from '../../data/compare.ts';
import {jsonWriter} from '../../data/json.ts';
import {
  arrayOf,
  BOOL,
  FLOAT4,
  FLOAT8,
  INT8,
  INTERVAL,
  isInteger,
  JSON_TYPE,
  JSONB,
  NUMERIC,
  TEXT,
  type Type,
} from '../../data/type.ts';
import type {Row, Value} from '../../data/value.ts';
import {totalComparer} from '../operators/sort.ts';
import type {Accumulator, AggregateFunction} from '../plan.ts';
import {jsonbText} from '../sql/input/jsonb.ts';
import {problems} from '../sql/problems.ts';
import {Count, Truths} from './aggregates/count.ts';
import {Extreme, Percentile} from './aggregates/extremes.ts';
import {DecimalSum, FloatSum, IntegerSum, IntervalSum} from './aggregates/sum.ts';
import {DecimalVariance, FloatVariance, type Spread} from './aggregates/variance.ts';

/** An aggregate of Postgres, found by its name and its arguments' types. */
export interface TypedAggregate {
  readonly function: AggregateFunction;
  readonly type: Type;
}

/**
 * The aggregate that Postgres would call; undefined where it has none for these types, or
 * we have not. Its result has Postgres's type and, for numerics, Postgres's scale.
 *
 * percentile_cont and percentile_disc take `(value, fraction)`: what stands in WITHIN
 * GROUP (ORDER BY …), then the direct argument.
 */
export function sqlAggregate(name: string, types: readonly Type[]): TypedAggregate | undefined {
  const [first] = types;
  if (!first) return name === 'count' ? counted(name, {skipsNulls: false}) : undefined;
  switch (name) {
    case 'count':
      return counted(name, {skipsNulls: true});
    case 'sum':
      return sum(first);
    case 'avg':
      return average(first);
    case 'min':
    case 'max':
      return running(
        name,
        first,
        () =>
          // The last of equals in the total order would do as well: they only print differently.
          new Extreme(totalComparer(first), name === 'min' ? 'first' : 'last'),
      );
    case 'bool_and':
    case 'every':
      return running(name, BOOL, () => new Truths({all: true}));
    case 'bool_or':
      return running(name, BOOL, () => new Truths({all: false}));
    case 'variance':
    case 'var_samp':
      return spread(name, first, {sample: true, root: false});
    case 'var_pop':
      return spread(name, first, {sample: false, root: false});
    case 'stddev':
    case 'stddev_samp':
      return spread(name, first, {sample: true, root: true});
    case 'stddev_pop':
      return spread(name, first, {sample: false, root: true});
    case 'percentile_disc':
      return running(name, first, () => new Percentile(totalComparer(first), undefined));
    case 'percentile_cont':
      if (first.kind !== 'float8') return undefined;
      return running(name, FLOAT8, () => new Percentile(comparer(first), interpolated));
    default:
      return listing(name, types);
  }
}

function running(name: string, type: Type, start: () => Accumulator): TypedAggregate {
  return {function: {kind: 'running', name, skipsNulls: true, start}, type};
}

function counted(name: string, {skipsNulls}: {skipsNulls: boolean}): TypedAggregate {
  return {function: {kind: 'running', name, skipsNulls, start: () => new Count()}, type: INT8};
}

function sum(type: Type): TypedAggregate | undefined {
  if (type.kind === 'int8') return running('sum', NUMERIC, () => new IntegerSum('numeric'));
  if (isInteger(type)) return running('sum', INT8, () => new IntegerSum('integer'));
  switch (type.kind) {
    case 'numeric':
      return running('sum', NUMERIC, () => new DecimalSum({average: false}));
    case 'float8':
      return running('sum', FLOAT8, () => new FloatSum('float8'));
    case 'float4':
      return running('sum', FLOAT4, () => new FloatSum('float4'));
    case 'interval':
      return running('sum', INTERVAL, () => new IntervalSum({average: false}));
    default:
      return undefined;
  }
}

function average(type: Type): TypedAggregate | undefined {
  if (isInteger(type)) return running('avg', NUMERIC, () => new IntegerSum('average'));
  if (type.kind === 'numeric')
    return running('avg', NUMERIC, () => new DecimalSum({average: true}));
  if (type.kind === 'float8' || type.kind === 'float4') {
    return running('avg', FLOAT8, () => new FloatSum('average'));
  }
  if (type.kind === 'interval') {
    return running('avg', INTERVAL, () => new IntervalSum({average: true}));
  }
  return undefined;
}

function spread(name: string, type: Type, how: Spread): TypedAggregate | undefined {
  if (isInteger(type) || type.kind === 'numeric') {
    return running(name, NUMERIC, () => new DecimalVariance(how));
  }
  if (type.kind === 'float8' || type.kind === 'float4') {
    return running(name, FLOAT8, () => new FloatVariance(how));
  }
  return undefined;
}

const interpolated = (low: Value, high: Value, part: number): Value =>
  (low as number) + part * ((high as number) - (low as number));

/** Aggregates over all values in their order. All of them are null of no rows. */
function listing(name: string, types: readonly Type[]): TypedAggregate | undefined {
  const [first, second] = types as readonly [Type, ...Type[]];
  switch (name) {
    case 'array_agg':
      return listed(name, arrayOf(first), (values) => values);
    case 'string_agg':
      return second && listed(name, TEXT, (pairs) => joined(pairs as readonly Row[]), true);
    case 'json_agg':
    case 'jsonb_agg': {
      const json = jsonWriter(first);
      const type = name === 'json_agg' ? JSON_TYPE : JSONB;
      return listed(name, type, (values) => `[${values.map(json).join(', ')}]`);
    }
    case 'json_object_agg':
    case 'jsonb_object_agg':
      return second && objects(name, first, second);
    default:
      return undefined;
  }
}

/** An object of (name, value) pairs: json keeps all of them, jsonb the last of a name. */
function objects(name: string, key: Type, value: Type): TypedAggregate {
  const keyJson = jsonWriter(key);
  const valueJson = jsonWriter(value);
  const membersOf = (pairs: readonly Row[]): [string, string][] =>
    pairs.map(([of = null, given = null]) => {
      if (of === null) throw problems['sql-value']({message: 'field name must not be null'});
      const written = keyJson(of);
      return [written.startsWith('"') ? written : `"${written}"`, valueJson(given)];
    });
  if (name === 'json_object_agg') {
    return listed(name, JSON_TYPE, (pairs) => {
      const members = membersOf(pairs as readonly Row[]);
      return `{ ${members.map(([of, given]) => `${of} : ${given}`).join(', ')} }`;
    });
  }
  return listed(name, JSONB, (pairs) => {
    const members = membersOf(pairs as readonly Row[]);
    return jsonbText(`{${members.map(([of, given]) => `${of}: ${given}`).join(', ')}}`) ?? null;
  });
}

function listed(
  name: string,
  type: Type,
  compute: (values: readonly Value[]) => Value,
  skipsNulls = false,
): TypedAggregate {
  const ofSome = (values: readonly Value[]): Value =>
    values.length === 0 ? null : compute(values);
  return {function: {kind: 'listing', name, skipsNulls, compute: ofSome}, type};
}

/** Each text after its own delimiter, but for the first. */
function joined(pairs: readonly Row[]): string {
  let text = '';
  for (const [i, [value, delimiter]] of pairs.entries()) {
    text += i === 0 ? String(value) : `${delimiter ?? ''}${String(value)}`;
  }
  return text;
}
