import {type ExactJson, readExactJson, writeExactJson} from '../lib/exact-json.ts';

/**
 * Rows as CSV (RFC 4180), a header first. Numbers keep their digits, lists and objects are
 * JSON. As Postgres has it, NULL is nothing at all and an empty text is `""`.
 */
export function* csvLines(columns: readonly string[], rows: Iterable<string>): Generator<string> {
  yield `${columns.map(quoted).join(',')}\r\n`;
  for (const row of rows) {
    const members = readExactJson(row) as ReadonlyMap<string, ExactJson>;
    yield `${columns.map((column) => cell(members.get(column) ?? null)).join(',')}\r\n`;
  }
}

function cell(value: ExactJson): string {
  if (value === null) return '';
  return quoted(typeof value === 'string' ? value : writeExactJson(value));
}

function quoted(text: string): string {
  if (text !== '' && !/[",\r\n]|^\s|\s$/.test(text)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}
