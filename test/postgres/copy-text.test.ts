import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Value} from '../../src/data/value.ts';
import {copyLineReader} from '../../src/postgres/copy-text.ts';

const text = (bytes: Buffer, start: number, end: number): Value =>
  bytes.toString('utf8', start, end);
const read = (line: string, columns: number): readonly Value[] =>
  copyLineReader(Array(columns).fill(text))(Buffer.from(line));

test.each<[line: string, row: (string | null)[]]>([
  ['a\tb\n', ['a', 'b']],
  ['\t\n', ['', '']],
  ['\\N\tN\n', [null, 'N']],
  ['\\\\N\t\\\\\n', ['\\N', '\\']],
  ['\\b\\f\\n\\r\\t\\v\t\\x\n', ['\b\f\n\r\t\v', 'x']],
  ['ä\\n日本\t\\N\n', ['ä\n日本', null]],
])('%j is read as %j', (line, row) => {
  expect(read(line, row.length)).toEqual(row);
});

test('a line without columns is a row without values', () => {
  expect(read('\n', 0)).toEqual([]);
});

/** As Postgres's CopyAttributeOutText writes it. */
function written(value: string | null): string {
  if (value === null) return '\\N';
  const names: Record<string, string> = {
    '\b': 'b',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
    '\\': '\\',
  };
  return value.replace(/[\b\f\n\r\t\v\\]/g, (letter) => `\\${names[letter]}`);
}

test('what COPY writes of any row is read as that row, one line after the other', () => {
  const value = fc.option(
    fc.string({unit: fc.constantFrom('a', '\t', '\n', '\\', 'N', 'ü', '\v', '.')}),
  );
  const readLine = copyLineReader([text, text, text]);
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value), {maxLength: 5}), (rows) => {
      for (const row of rows) {
        expect(readLine(Buffer.from(`${row.map(written).join('\t')}\n`))).toEqual(row);
      }
    }),
  );
});
