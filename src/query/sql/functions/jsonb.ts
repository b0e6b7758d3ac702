import {compareDecimals, parseDecimal} from '../../../data/decimal.ts';
import {type ExactJson, NumberText} from '../../../lib/exact-json.ts';
import {jsonbPrinted, readJson} from '../input/jsonb.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {define, operator} from './define.ts';

const read = (text: string): ExactJson => readJson(text) ?? null;

type List = readonly ExactJson[];
const isList = (value: ExactJson): value is List & ExactJson => Array.isArray(value);
const isScalar = (value: ExactJson): boolean => !isList(value) && !(value instanceof Map);

function sameScalar(a: ExactJson, b: ExactJson): boolean {
  if (a instanceof NumberText && b instanceof NumberText) {
    const [left, right] = [parseDecimal(a.text), parseDecimal(b.text)];
    return left !== undefined && right !== undefined && compareDecimals(left, right) === 0;
  }
  return a === b;
}

/** Postgres's JsonbDeepContains: an object by its members, an array as a set. */
function contains(a: ExactJson, b: ExactJson): boolean {
  if (a instanceof Map) {
    if (!(b instanceof Map)) return false;
    return [...b].every(([key, value]) => {
      const own = a.get(key);
      return own !== undefined && contains(own, value);
    });
  }
  if (!isList(a)) return isScalar(b) && sameScalar(a, b);
  if (!isList(b)) return false;
  return b.every((one) =>
    a.some((other) => isScalar(other) === isScalar(one) && contains(other, one)),
  );
}

/** At the top a list contains a bare scalar, too. */
const holds = (a: string, b: string): boolean => {
  const [left, right] = [read(a), read(b)];
  return contains(left, isList(left) && isScalar(right) ? [right] : right);
};

function joined(a: string, b: string): string {
  const [left, right] = [read(a), read(b)];
  if (left instanceof Map && right instanceof Map) {
    return jsonbPrinted(new Map([...left, ...right]));
  }
  const list = (value: ExactJson): List => (isList(value) ? value : [value]);
  return jsonbPrinted([...list(left), ...list(right)]);
}

const fromScalar = () => problems['sql-value']({message: 'cannot delete from scalar'});

function withoutKeys(json: string, keys: readonly (string | null)[]): string {
  const value = read(json);
  if (value instanceof Map) {
    return jsonbPrinted(new Map([...value].filter(([key]) => !keys.includes(key))));
  }
  if (!isList(value)) throw fromScalar();
  return jsonbPrinted(value.filter((one) => typeof one !== 'string' || !keys.includes(one)));
}

function withoutPlace(json: string, place: number): string {
  const value = read(json);
  if (value instanceof Map) {
    throw problems['sql-value']({message: 'cannot delete from object using integer index'});
  }
  if (!isList(value)) throw fromScalar();
  const at = place < 0 ? value.length + place : place;
  return jsonbPrinted(value.filter((_, i) => i !== at));
}

/** The names of an object, the texts of a list, or a text itself. */
function namesIn(json: string): ReadonlySet<string> {
  const value = read(json);
  if (value instanceof Map) return new Set(value.keys());
  const list = isList(value) ? value : [value];
  return new Set(list.filter((one) => typeof one === 'string'));
}

const present = (keys: readonly (string | null)[]): string[] => keys.flatMap((key) => key ?? []);

function withoutNulls(value: ExactJson): ExactJson {
  if (value instanceof Map) {
    const kept = [...value].filter(([, member]) => member !== null);
    return new Map(kept.map(([key, member]) => [key, withoutNulls(member)]));
  }
  return isList(value) ? value.map(withoutNulls) : value;
}

/** Operators that jsonb has and json has not. */
export const jsonb = (): readonly Overload[] => [
  operator('@>(jsonb, jsonb) bool', holds),
  operator('<@(jsonb, jsonb) bool', (a: string, b: string) => holds(b, a)),
  operator('||(jsonb, jsonb) jsonb', joined),
  operator('-(jsonb, text) jsonb', (a: string, b: string) => withoutKeys(a, [b])),
  operator('-(jsonb, text[]) jsonb', withoutKeys),
  operator('-(jsonb, int4) jsonb', withoutPlace),
  operator('?|(jsonb, text[]) bool', (a: string, b: readonly (string | null)[]) => {
    const names = namesIn(a);
    return present(b).some((key) => names.has(key));
  }),
  operator('?&(jsonb, text[]) bool', (a: string, b: readonly (string | null)[]) => {
    const names = namesIn(a);
    return present(b).every((key) => names.has(key));
  }),
  define('jsonb_strip_nulls(jsonb) jsonb', (a: string) => jsonbPrinted(withoutNulls(read(a)))),
];
