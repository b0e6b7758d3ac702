import {floatDecimal} from '../../../data/any.ts';
import {Decimal} from '../../../data/decimal.ts';
import {integer} from '../../../data/integer.ts';
import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {CypherFloat} from '../values/float.ts';
import {CypherMap} from '../values/map.ts';
import {asDecimal, isNumeric} from '../values/number.ts';
import {CypherDuration} from './duration.ts';

/** Units in months, in days, or in nanoseconds. */
const UNITS: ReadonlyMap<string, readonly [part: 'months' | 'days' | 'nanos', size: bigint]> =
  new Map([
    ['years', ['months', 12n]],
    ['quarters', ['months', 3n]],
    ['months', ['months', 1n]],
    ['weeks', ['days', 7n]],
    ['days', ['days', 1n]],
    ['hours', ['nanos', 3_600_000_000_000n]],
    ['minutes', ['nanos', 60_000_000_000n]],
    ['seconds', ['nanos', 1_000_000_000n]],
    ['milliseconds', ['nanos', 1_000_000n]],
    ['microseconds', ['nanos', 1000n]],
    ['nanoseconds', ['nanos', 1n]],
  ]);

/** Fractions are computed with this many decimal places. */
const PLACES = 30;
const ONE = 10n ** BigInt(PLACES);
const NANOS_PER_MONTH = 2_629_746_000_000_000n;
const NANOS_PER_DAY = 86_400_000_000_000n;

/** duration(…): of a map of units, a text in ISO 8601, or a duration. */
export function durationOf(value: Value): CypherDuration {
  if (value instanceof CypherDuration) return value;
  if (value instanceof CypherMap) return ofMap(value);
  if (typeof value === 'string') return readDuration(value);
  return refuse(value, 'a map, a string or a duration');
}

function ofMap({entries}: CypherMap): CypherDuration {
  const sums = {months: 0n, days: 0n, nanos: 0n};
  for (const [name, value] of entries) {
    const unit = UNITS.get(name);
    if (!unit) return refuse(name, `the units ${[...UNITS.keys()].join(', ')}`);
    if (!isNumeric(value)) return refuse(value, `a number of ${name}`);
    const [part, size] = unit;
    const number = value instanceof CypherFloat ? floatDecimal(value.value) : asDecimal(value);
    sums[part] += scaled(number) * size;
  }
  return carried(sums);
}

/** A decimal as a whole number of 10^−30. */
function scaled(decimal: Decimal): bigint {
  if (!decimal.finite) {
    const message = `a duration is made of finite numbers, and not ${decimal}`;
    throw problems['cypher-value']({message});
  }
  const shift = PLACES - decimal.scale;
  const digits = BigInt(decimal.digits);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/**
 * Fractions go on into smaller units: of a month into days of its average length, of a
 * day into hours. What is less than a nanosecond is dropped.
 */
function carried({months, days, nanos}: {months: bigint; days: bigint; nanos: bigint}) {
  const allDays = (months % ONE) * NANOS_PER_MONTH + days * NANOS_PER_DAY;
  const perDay = NANOS_PER_DAY * ONE;
  const rest = (allDays % perDay) + nanos;
  return new CypherDuration(integer(months / ONE), integer(allDays / perDay), integer(rest / ONE));
}

/** The duration times a number, fractions carried into smaller units. */
export function timesNumber(
  {months, days, nanos}: CypherDuration,
  factor: Decimal,
): CypherDuration {
  const by = scaled(factor);
  return carried({months: BigInt(months) * by, days: BigInt(days) * by, nanos: BigInt(nanos) * by});
}

/** The duration divided by a number that is not 0. */
export function dividedBy({months, days, nanos}: CypherDuration, divisor: Decimal): CypherDuration {
  const by = scaled(divisor);
  if (by === 0n) throw problems['cypher-division-by-zero']({dividend: 'a duration'});
  const part = (value: CypherDuration['months']): bigint => (BigInt(value) * ONE * ONE) / by;
  return carried({months: part(months), days: part(days), nanos: part(nanos)});
}

const ISO =
  /^([+-]?)P(?=[\dT+-])(?:(-?[\d.,]+)Y)?(?:(-?[\d.,]+)M)?(?:(-?[\d.,]+)W)?(?:(-?[\d.,]+)D)?(?:T(?=[\d.,+-])(?:(-?[\d.,]+)H)?(?:(-?[\d.,]+)M)?(?:(-?[\d.,]+)S)?)?$/;
const ISO_UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];

/** `P2012-02-02T14:37:21.545`: the form that looks like a date. */
const CLOCK = /^P(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}(?:[.,]\d{1,9})?))?)?$/;
const CLOCK_UNITS = ['years', 'months', 'days', 'hours', 'minutes', 'seconds'];

function readDuration(text: string): CypherDuration {
  const iso = ISO.exec(text);
  const [units, figures] = iso
    ? [ISO_UNITS, iso.slice(2)]
    : [CLOCK_UNITS, CLOCK.exec(text)?.slice(1)];
  const entries = (figures ?? []).flatMap((figure, i): [string, Value][] => {
    if (figure === undefined) return [];
    const number = decimalOf(figure.replace(',', '.'));
    return number ? [[units[i] ?? '', number]] : refuse(text, 'ISO 8601');
  });
  if (entries.length === 0) return refuse(text, "a text in ISO 8601, such as 'P1DT12H'");
  const duration = ofMap(new CypherMap(new Map(entries)));
  return iso?.[1] === '-' ? duration.negated() : duration;
}

function decimalOf(figure: string): Decimal | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(figure);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  if (whole + fraction === '') return undefined;
  return new Decimal(integer(BigInt(`${sign}${whole}${fraction}`)), fraction.length);
}

function refuse(value: Value, expected: string): never {
  const message = `a duration is made of ${expected}, and not ${anyText(value)}`;
  throw problems['cypher-value']({message});
}
