import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {isWhole} from '../values/number.ts';
import {dateComponent, timeComponent} from './component.ts';
import {calendarDate, ordinalDate, quarterDate, weekDate} from './read.ts';

/** Numbers by the names of components, as a map gives them. */
export type Fields = ReadonlyMap<string, Value>;

const DATE_FIELDS = [
  'year',
  'month',
  'day',
  'week',
  'dayOfWeek',
  'quarter',
  'dayOfQuarter',
  'ordinalDay',
];
const CLOCK_FIELDS = ['hour', 'minute', 'second'];
const FRACTION_FIELDS = ['millisecond', 'microsecond', 'nanosecond'];

/** Which of these names a map for a kind of value may use. */
export const FIELD_NAMES = {date: DATE_FIELDS, time: [...CLOCK_FIELDS, ...FRACTION_FIELDS]};

/** A field as a number; undefined where the map has none of the name. */
function numberOf(fields: Fields, name: string): number | undefined {
  if (!fields.has(name)) return undefined;
  const value = fields.get(name) ?? null;
  if (isWhole(value)) return Number(value);
  throw problems['cypher-value']({message: `${name} is an integer, and not ${anyText(value)}`});
}

/**
 * A date by its year and month and day, week and day of it, quarter and day of it, or day
 * of the year. What is left out comes from `base`, or is the first.
 */
export function dateFrom(fields: Fields, base: number | undefined): number {
  const given = (name: string, first: number | undefined = 1): number => {
    const known = base === undefined ? first : Number(dateComponent(base, name));
    return numberOf(fields, name) ?? known ?? missing(name);
  };
  const year = (name = 'year'): number =>
    numberOf(fields, 'year') ??
    (base === undefined ? missing('year') : Number(dateComponent(base, name)));
  const days = fields.has('week')
    ? weekDate(year('weekYear'), given('week'), given('dayOfWeek'))
    : fields.has('dayOfWeek') && base !== undefined
      ? weekDate(year('weekYear'), given('week'), given('dayOfWeek'))
      : fields.has('ordinalDay')
        ? ordinalDate(year(), given('ordinalDay'))
        : fields.has('quarter') || fields.has('dayOfQuarter')
          ? quarterDate(year(), given('quarter'), given('dayOfQuarter'))
          : calendarDate(year(), given('month'), given('day'));
  if (days !== undefined) return days;
  throw problems['cypher-value']({message: `there is no date with ${fieldsText(fields)}`});
}

function missing(name: string): never {
  throw problems['cypher-value']({message: `a date needs ${name}`, hint: `add ${name}: …`});
}

const fieldsText = (fields: Fields): string =>
  [...fields].map(([name, value]) => `${name} ${anyText(value)}`).join(', ');

/** A time of day; what is left out comes from `base`, or is 0. */
export function timeFrom(fields: Fields, base = 0): number {
  const given = (name: string, limit: number): number => {
    const value = numberOf(fields, name) ?? Number(timeComponent(base, name));
    if (value >= 0 && value < limit) return value;
    throw problems['cypher-value']({message: `there is no ${name} ${value}`});
  };
  const seconds = given('hour', 24) * 3600 + given('minute', 60) * 60 + given('second', 60);
  return seconds * 1e9 + fractionFrom(fields, base % 1e9);
}

/** Each of the three adds its part, and is smaller than one of the next larger given. */
function fractionFrom(fields: Fields, base: number): number {
  const values = FRACTION_FIELDS.map((name) => numberOf(fields, name));
  if (values.every((value) => value === undefined)) return base;
  const [milli, micro, nano] = values;
  const limits = [1000, milli === undefined ? 1e6 : 1000, nanoLimit(milli, micro)];
  for (const [i, value] of values.entries()) {
    if (value === undefined || (value >= 0 && value < (limits[i] ?? 0))) continue;
    throw problems['cypher-value']({message: `there is no ${FRACTION_FIELDS[i]} ${value}`});
  }
  return (milli ?? 0) * 1e6 + (micro ?? 0) * 1e3 + (nano ?? 0);
}

function nanoLimit(milli: number | undefined, micro: number | undefined): number {
  if (micro !== undefined) return 1000;
  return milli === undefined ? 1e9 : 1e6;
}
