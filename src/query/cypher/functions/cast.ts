import {ANY, BOOL, FLOAT8, INT8, TEXT, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import type {Call} from '../ast.ts';
import {NULL, toAny} from '../lower/convert.ts';
import {call, strict} from '../lower/function.ts';
import type {Site} from '../lower/site.ts';
import {problems} from '../problems.ts';
import {momentOf} from '../temporal/construct.ts';
import {durationOf} from '../temporal/duration-of.ts';
import {anyText, isList} from '../values/any.ts';
import {isWhole} from '../values/number.ts';
import {toBoolean, toFloat, toInteger, toText} from './conversion.ts';
import {refuse} from './entry.ts';

interface Cast {
  readonly type: Type;
  /** Undefined where a value cannot be cast; null where its text tells none. */
  readonly convert: (value: Value) => Value | undefined;
}

const TEXTUAL: Cast = {
  type: TEXT,
  convert: (value) => (isList(value) ? anyText(value) : toText(value)),
};
const WHOLE: Cast = {
  type: INT8,
  convert: (value) => (typeof value === 'boolean' ? Number(value) : toInteger(value)),
};
const FLOATING: Cast = {type: FLOAT8, convert: toFloat};
const TRUTH: Cast = {
  type: BOOL,
  convert: (value) => (isWhole(value) ? Number(value) !== 0 : toBoolean(value)),
};
const moment = (kind: Parameters<typeof momentOf>[0]): Cast => ({
  type: ANY,
  convert: (value) => momentOf(kind, value),
});

/** GQL's names of types, and what makes a value of them. */
const CASTS: Readonly<Record<string, Cast>> = {
  STRING: TEXTUAL,
  VARCHAR: TEXTUAL,
  INTEGER: WHOLE,
  INT: WHOLE,
  INT64: WHOLE,
  BIGINT: WHOLE,
  FLOAT: FLOATING,
  FLOAT64: FLOATING,
  DOUBLE: FLOATING,
  'DOUBLE PRECISION': FLOATING,
  BOOLEAN: TRUTH,
  BOOL: TRUTH,
  DATE: moment('date'),
  'LOCAL TIME': moment('localtime'),
  'ZONED TIME': moment('time'),
  'LOCAL DATETIME': moment('localdatetime'),
  'ZONED DATETIME': moment('datetime'),
  DURATION: {type: ANY, convert: durationOf},
};

/** `CAST(value AS type)`: parsed as a call whose second argument is the type's name. */
export function lowerCast(site: Site, {args: [value, named], span}: Call): Expression {
  if (!value || !named) throw new Error('cast has two arguments');
  const name = named.kind === 'string' ? named.value.toUpperCase() : '';
  const cast = Object.hasOwn(CASTS, name) ? CASTS[name] : undefined;
  if (!cast) {
    const place = site.context.place(named.kind === 'string' ? named.span : span);
    const message = `there is no type "${name}" to cast to`;
    const hint = `the types are ${Object.keys(CASTS).join(', ')}`;
    site.context.report(problems['cypher-type']({message, hint}, {place}));
    return NULL;
  }
  const {type, convert} = cast;
  const called = strict(`cast(${name})`, (given) => {
    const converted = convert(given);
    return converted === undefined ? refuse(`CAST AS ${name}`, 'another value', given) : converted;
  });
  return call(called, [toAny(site.lower(value))], type);
}
