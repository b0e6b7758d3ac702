import {expect, test} from 'vitest';
import {parseDecimal} from '../../src/data/decimal.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row, Value} from '../../src/data/value.ts';
import {liveCollections} from '../../src/store/checkpoint.ts';
import type {LiveRows} from '../../src/store/store.ts';

const MIB = 1024 * 1024;

/** The texts of the pages of a service that has one table or one result. */
function pagesOf(content: Partial<Pick<LiveRows, 'rows' | 'result'>>): string[] {
  const live: LiveRows = {
    sourceIds: () => ['s'],
    tables: () => [{sourceId: 's', table: 't'}],
    rows: () => [],
    queryIds: () => ['q'],
    result: () => [],
    memory: () => [],
    ...content,
  };
  return [...liveCollections(live)].flatMap(([, pages]) => [...pages()]);
}

/** Each another one: what a column has several times stands in a page once. */
function* rowsOf(count: number, value: (at: number) => Value): Generator<readonly [Key, Row]> {
  for (let at = 0; at < count; at++) yield [at, [at, value(at)]];
}

test.each<[what: string, width: number, value: (at: number) => Value]>([
  ['texts', 100_000, (at) => String(at).padStart(100_000, 'x')],
  ['lists of texts', 100_000, (at) => [String(at), 'x'.repeat(100_000)]],
  ['long numbers', 100_000, (at) => parseDecimal(`1${String(at).padStart(100_000, '0')}`)!],
])('a page of wide rows has little more than a megabyte, of %s', (_what, width, value) => {
  const rows = [...rowsOf(100, value)];
  const pages = pagesOf({rows: () => rows});
  expect(Math.max(...pages.map(({length}) => length))).toBeLessThan(1.3 * MIB + width);
  expect(pages.length).toBeLessThan(20);
});

test('a page of a result with wide rows has little more than a megabyte', () => {
  const result = Array.from({length: 100}, (_, at) => [String(at), 'x'.repeat(100_000)] as const);
  const pages = pagesOf({result: () => result});
  expect(Math.max(...pages.map(({length}) => length))).toBeLessThan(1.3 * MIB);
  expect(pages.length).toBeLessThan(20);
});

test('rows that are short fill a page by their number', () => {
  expect(pagesOf({rows: () => rowsOf(10_000, (at) => at)})).toHaveLength(3);
});
