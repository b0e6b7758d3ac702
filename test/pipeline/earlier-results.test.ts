import {expect, test} from 'vitest';
import type {Table} from '../../src/data/schema.ts';
import {earlierResults} from '../../src/pipeline/earlier-results.ts';
import {resultTexts} from '../../src/pipeline/events.ts';
import {memoOf, type QueryMemo} from '../../src/pipeline/query-memo.ts';
import type {Store, StoredQuery} from '../../src/store/store.ts';
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

test('a query that clients were told nothing of is told whole, whatever was noted of it', () => {
  const {store} = stored(running(ALL), '1.0');
  const one = {...store.queries.get('q')!, rows: new Map<string, string>(), sequence: 0};
  const again = running(ALL);
  const before = {...store, queries: new Map([['q', one]])};
  const earlier = earlierResults(before, () => again, '1.0');
  // Settled would be: it is as it was, and needs no word.
  expect(earlier.settle('s')).toEqual({settled: new Set(), told: [], notes: []});
  expect([...earlier.ids()]).toEqual([]);
});

test('a result that stood over a source of which nothing is held is not shown', () => {
  const {store} = stored(running(ALL), '1.0');
  const memo = JSON.stringify({
    ...(JSON.parse(store.queries.get('q')!.memo) as object),
    ...{run: false, stood: {lsn: '0/8', commitTime: 1}},
  });
  const one = {...store.queries.get('q')!, memo, rows: new Map<string, string>(), sequence: 0};
  const kept: unknown[] = [];
  const query = {...running(ALL), keep: (result: unknown) => void kept.push(result)};
  const handedOver = (sources: Store['sources']): number => {
    earlierResults({queries: new Map([['q', one]]), sources}, () => query, '1.0').handOver();
    return kept.length;
  };
  expect(handedOver(new Map())).toBe(0);
  const source = {lsn: 8n, commitTime: 1, memo: '', rows: new Map()};
  const [sourceId] = (JSON.parse(memo) as QueryMemo).config.sources.map((own) => own.sourceId);
  expect(handedOver(new Map([[sourceId!, source]]))).toBe(1);
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
