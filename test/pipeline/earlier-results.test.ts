import {expect, test} from 'vitest';
import type {Table} from '../../src/data/schema.ts';
import {earlierResults} from '../../src/pipeline/earlier-results.ts';
import {resultTexts} from '../../src/pipeline/events.ts';
import {memoOf} from '../../src/pipeline/query-memo.ts';
import type {StoredQuery} from '../../src/store/store.ts';
import {heldRows, queryGroup} from '../support/shared-world.ts';

const TABLE: Table = {
  ...{id: 'public.t', schema: 'public', name: 't', keyColumns: [0], foreignKeys: []},
  columns: [
    {name: 'id', type: {kind: 'int4'}},
    {name: 'v', type: {kind: 'text'}},
  ],
};
const ROWS = [[1, 'a'] as const, [2, 'b'] as const];

/** A service that runs one query over two rows. */
function running(text: string) {
  const held = heldRows();
  const group = queryGroup(held.rows);
  group.source.describe([TABLE]);
  group.begin('q', text);
  const changes = new Map([
    ['public.t', ROWS.map((row) => ({key: row[0], before: undefined, after: row}))],
  ]);
  held.apply(changes);
  group.step(changes);
  return group.queries.get('q')!;
}

/** What a store would have of it, with a look at whether its rows are asked for. */
function stored(query: ReturnType<typeof running>, version: string) {
  const rows = new Map(resultTexts(query));
  let reads = 0;
  const one: StoredQuery = {
    ...{memo: memoOf(query, version), sequence: 1, memory: new Map()},
    get rows() {
      reads += 1;
      return rows;
    },
  };
  const store = {queries: new Map([['q', one]]), sources: new Map()};
  return {store, reads: () => reads};
}

const ALL = 'SELECT id, v FROM t';

test('of a query that is as it was, the stored rows are not even read, and nothing is told', () => {
  const {store, reads} = stored(running(ALL), '1.0');
  const again = running(ALL);
  const earlier = earlierResults(store, () => again, '1.0');
  const {settled, told} = earlier.settle('s');
  expect([[...settled], told, reads()]).toEqual([['q'], [], 0]);
  expect([...earlier.ids()]).toEqual([]);
});

test.each([
  ['another text', 'SELECT id, v FROM t WHERE id = 1', '1.0', ['2']],
  ['another program', ALL, '1.1', []],
])(
  'of a query with %s, what differs from the stored rows is told',
  (_what, text, version, gone) => {
    const {store, reads} = stored(running(ALL), '1.0');
    const again = running(text);
    const {settled, told} = earlierResults(store, () => again, version).settle('s');
    expect([[...settled], reads()]).toEqual([['q'], 1]);
    expect(told.flatMap(({deleted}) => deleted.map(({key}) => key))).toEqual(gone);
  },
);

test('rows of what is not settled are read once, however often they are asked for', () => {
  const {store, reads} = stored(running(ALL), '1.0');
  const earlier = earlierResults(store, () => undefined, '1.0');
  expect(earlier.rows('q')).toBe(earlier.rows('q'));
  expect(reads()).toBe(1);
  expect(earlier.settle('s').told[0]!.deleted).toHaveLength(2);
  expect([reads(), earlier.rows('q')]).toEqual([1, undefined]);
});
