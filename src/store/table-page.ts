import {Decimal} from '../data/decimal.ts';
import type {Integer} from '../data/integer.ts';
import type {Key} from '../data/key.ts';
import {restoredValue, storedValue} from '../data/stored-row.ts';
import type {Row, Value} from '../data/value.ts';

/**
 * Rows of a table as the text of a page, column by column: lists of plain numbers and texts
 * are what JSON reads fastest, and a column that has few values is written as their list and
 * numbers of places in it, so that rows share them when they are read.
 *
 * `{"keys": …, "columns": […]}`, where `keys` is a list, or the place of the column that has
 * them. A column is one of
 *
 * | | |
 * |---|---|
 * | a list | the values, each as `stored-row.ts` has it |
 * | `{"of": […], "at": […]}` | places in a list of such values |
 * | `{"scale": n, "digits": […]}` | numerics of one scale |
 */
export function tablePage(keys: readonly Key[], rows: readonly Row[]): string {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({length: width}, (_, at) => rows.map((row) => row[at] ?? null));
  const own = columns.findIndex((values) => keys.every((key, i) => values[i] === key));
  return JSON.stringify({keys: own < 0 ? keys : own, columns: columns.map(storedColumn)});
}

/** Puts the rows of a page under their keys; a later page says what counts. */
export function readTablePage(text: string, into: Map<Key, Row>): void {
  const page = JSON.parse(text) as Page;
  const columns = page.columns.map(restoredColumn);
  const keys = typeof page.keys === 'number' ? (columns[page.keys] as readonly Key[]) : page.keys;
  const row = rowsAcross(columns);
  for (let i = 0; i < keys.length; i++) into.set(keys[i]!, row(i));
}

/**
 * Rows of lists of their columns. A list that is written out is made in one go, and V8 learns
 * at each such place that what is made there stays: half the time of one that is filled.
 */
function rowsAcross(columns: readonly (readonly Value[])[]): (i: number) => Row {
  const [a, b, c, d, e, f, g, h] = columns as Columns8;
  switch (columns.length) {
    case 1:
      return (i) => [a[i]!];
    case 2:
      return (i) => [a[i]!, b[i]!];
    case 3:
      return (i) => [a[i]!, b[i]!, c[i]!];
    case 4:
      return (i) => [a[i]!, b[i]!, c[i]!, d[i]!];
    case 5:
      return (i) => [a[i]!, b[i]!, c[i]!, d[i]!, e[i]!];
    case 6:
      return (i) => [a[i]!, b[i]!, c[i]!, d[i]!, e[i]!, f[i]!];
    case 7:
      return (i) => [a[i]!, b[i]!, c[i]!, d[i]!, e[i]!, f[i]!, g[i]!];
    case 8:
      return (i) => [a[i]!, b[i]!, c[i]!, d[i]!, e[i]!, f[i]!, g[i]!, h[i]!];
    default:
      return (i) => columns.map((column) => column[i]!);
  }
}

type List = readonly Value[];
type Columns8 = readonly [List, List, List, List, List, List, List, List];

interface Page {
  readonly keys: readonly Key[] | number;
  readonly columns: readonly StoredColumn[];
}

type StoredColumn =
  | readonly unknown[]
  | {readonly of: readonly unknown[]; readonly at: readonly number[]}
  | {readonly scale: number; readonly digits: readonly number[]};

/** In a column with more values than one in so many rows, places would only be more text. */
const ROWS_OF_A_VALUE = 4;

function storedColumn(values: readonly Value[]): StoredColumn {
  const few = fewValues(values);
  if (few) return {of: storedList(few.of), at: few.at};
  const [first] = values;
  if (first instanceof Decimal && ofOneScale(values, first.scale)) {
    return {scale: first.scale, digits: values.map((value) => value.digits)};
  }
  return storedList(values);
}

/** The values and which of them stands where; undefined where there are many. */
function fewValues(
  values: readonly Value[],
): {readonly of: readonly Value[]; readonly at: readonly number[]} | undefined {
  const most = values.length / ROWS_OF_A_VALUE;
  const places = new Map<Value, number>();
  const at: number[] = [];
  for (const value of values) {
    // Numbers are as short as places, and take no memory of their own.
    if (typeof value === 'number' || typeof value === 'bigint') return undefined;
    let place = places.get(value);
    if (place === undefined) {
      place = places.size;
      if (place >= most) return undefined;
      places.set(value, place);
    }
    at.push(place);
  }
  return {of: [...places.keys()], at};
}

function ofOneScale(
  values: readonly Value[],
  scale: number,
): values is readonly (Decimal & {readonly digits: number})[] {
  return values.every(
    (value) =>
      value instanceof Decimal &&
      value.scale === scale &&
      Number.isSafeInteger(value.digits) &&
      !Object.is(value.digits, -0),
  );
}

/** The list itself where nothing in it has to be marked. */
function storedList(values: readonly Value[]): readonly unknown[] {
  let stored: unknown[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Value;
    const one = storedValue(value);
    if (one === value) continue;
    stored ??= values.slice();
    stored[i] = one;
  }
  return stored ?? values;
}

function restoredColumn(column: StoredColumn): readonly Value[] {
  if (Array.isArray(column)) return restoredList(column);
  if ('of' in column) {
    const of = restoredList(column.of);
    return column.at.map((place) => of[place] as Value);
  }
  if ('digits' in column) return decimals(column.digits, column.scale);
  return [];
}

function restoredList(stored: readonly unknown[]): readonly Value[] {
  for (const value of stored) {
    if (typeof value === 'object' && value !== null) return stored.map((one) => restoredValue(one));
  }
  return stored as readonly Value[];
}

/** A power of two. */
const PLACES = 256;

/** Numerics of one scale; those that are near each other and equal are one object. */
function decimals(digits: readonly Integer[], scale: number): readonly Value[] {
  const known = new Array<Decimal | undefined>(PLACES).fill(undefined);
  return digits.map((own) => {
    const place = Number(own) & (PLACES - 1);
    const held = known[place];
    if (held?.digits === own) return held;
    const made = new Decimal(own, scale);
    known[place] = made;
    return made;
  });
}
