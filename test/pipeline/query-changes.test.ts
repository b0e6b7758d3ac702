import {expect, test} from 'vitest';
import type {QueryView} from '../../src/api/service.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import {INT4} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import {engine} from '../../src/pipeline/engine.ts';
import {type LiveQueries, liveQueries} from '../../src/pipeline/live-queries.ts';
import {queryChanges} from '../../src/pipeline/query-changes.ts';
import {type SourceQueries, sourceQueries} from '../../src/pipeline/source-queries.ts';
import {memoryStore} from '../../src/store/memory-store.ts';

const TABLE = {
  id: 'public.a',
  schema: 'public',
  name: 'a',
  columns: [{name: 'id', type: INT4}],
  keyColumns: [0],
  foreignKeys: [],
};

/** Two sources with one table each: `full` has brought its row, `empty` nothing yet. */
function world() {
  const rows: [number, Row][] = [[1, [1]]];
  const retries = {due: () => true, failed() {}, forget() {}};
  const group = (id: string) => sourceQueries({id, rows: () => rows, retries});
  const sources = new Map<string, SourceQueries>([
    ['full', group('full')],
    ['empty', group('empty')],
  ]);
  const store = memoryStore({epoch: 'e', eventLogEvents: 100, eventLogBytes: 1e6});
  const moves = engine({
    store,
    limits: {transactions: 10, rows: 100},
    query: (id) => queries.all.get(id),
    fail: (error) => {
      throw error;
    },
  });
  const queries: LiveQueries = liveQueries({engine: moves, sources});
  const view = ({id, state}: {id: string; state: QueryView['state']}) => ({id, state}) as QueryView;
  const changes = queryChanges({queries, sources, queriesMax: 10, kept: false, view});
  const begin = (id: string) => {
    sources.get(id)!.describe([TABLE]);
    const step = {sourceId: id, lsn: 8n, xid: undefined, commitTime: 1, changes: new Map()};
    const steps: Transaction[] = [{kind: 'resync', ...step}];
    const group = sources.get(id)!;
    moves.take({queries: group, next: () => steps.shift(), durable: () => {}});
  };
  const put = (id: string, source: string) =>
    changes.put(id, {
      form: 'yaml',
      text: `{query: 'MATCH (a:a) RETURN a.id', sources: [{sourceId: ${source}}], autoStart: true}`,
    });
  return {queries, store, begin, put, changes};
}

test('a query with rows does not change to a source that has none yet', async () => {
  const {begin, put, queries, store} = world();
  begin('full');
  await put('q', 'full');
  await expect(put('q', 'empty')).rejects.toMatchObject({code: 'source-not-ready'});
  expect(queries.all.get('q')!.definition.source.id).toBe('full');
  begin('empty');
  await put('q', 'empty');
  expect(queries.all.get('q')!.state.kind).toBe('running');
  expect(store.log.last).toBe(1);
});

test('a query of a source that has no rows yet waits for them, and is dropped without a word', async () => {
  const {begin, put, changes, queries, store} = world();
  expect((await put('q', 'empty')).query?.state.kind).toBe('waiting');
  expect((await put('p', 'empty')).query?.state.kind).toBe('waiting');
  await changes.drop('p');
  expect(store.log.last).toBe(0);
  begin('empty');
  expect([queries.all.get('q')!.state.kind, queries.all.get('q')!.count]).toEqual(['running', 1]);
  expect(store.log.read(0, 10).map(({queryId}) => queryId)).toEqual(['q']);
});

test('a query that moved to another source is left alone by the first one', async () => {
  const {begin, put, queries} = world();
  await Promise.all([begin('full'), begin('empty')]);
  await put('q', 'full');
  await put('q', 'empty');
  begin('full');
  expect(queries.all.get('q')!.asOf).toEqual(queries.all.get('q')!.definition.source.position);
  expect(queries.all.get('q')!.definition.source.id).toBe('empty');
});
