import type {Request} from 'express';
import type {Key} from '../data/key.ts';
import {csvLines} from './csv.ts';
import {cursorText} from './cursor.ts';

/**
 * How results are written. `array` is what Drasi's own clients read; `keyed` has rows as
 * streams tell them, with their identities.
 */
export type Shape = 'object' | 'array' | 'keyed' | 'csv';

/** What is told of a result besides its rows. */
export type About = Readonly<Record<string, unknown>>;

export const mediaType = (shape: Shape): string =>
  shape === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'json';

/**
 * Whether the client holds this state. Asked without a look at Cache-Control: a page that
 * sets If-None-Match itself is made to send `no-cache` with it, and means the condition.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function holds(request: Request, tag: string): boolean {
  const named = request.get('If-None-Match');
  if (named === undefined) return false;
  const tags = named.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${tag}"`);
}

/** Takes away the row that was only there to tell that there are more. */
export function nextCursor(
  rows: (readonly [Key, unknown])[],
  limit: number | undefined,
): string | undefined {
  if (limit === undefined || rows.length <= limit) return undefined;
  rows.pop();
  return cursorText(rows.at(-1)![0]);
}

/** Rows as JSON, each made when it is sent. */
export function* texts<T>(
  shape: Shape,
  rows: readonly (readonly [Key, T])[],
  text: (row: T) => string,
): Generator<string> {
  for (const [key, row] of rows) yield shape === 'keyed' ? keyed(key, text(row)) : text(row);
}

const keyed = (key: Key, row: string): string =>
  `{"key":${JSON.stringify(String(key))},"after":${row}}`;

/** The body of an answer with rows. */
export function* written(
  shape: Shape,
  {
    columns,
    rows,
    about,
  }: {
    readonly columns: readonly string[];
    /** As JSON. */
    readonly rows: Iterable<string>;
    readonly about: About;
  },
): Generator<string> {
  if (shape === 'csv') return yield* csvLines(columns, rows);
  yield shape === 'array' ? '{"success":true,"data":[' : '{"success":true,"data":{"results":[';
  let separator = '';
  for (const row of rows) {
    yield separator + row;
    separator = ',';
  }
  const rest = JSON.stringify(about).slice(1, -1);
  yield shape === 'array' ? '],"error":null}' : `],${rest}},"error":null}`;
}
