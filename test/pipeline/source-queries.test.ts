import {expect, test} from 'vitest';
import type {QueryConfig} from '../../src/config/config.ts';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Table} from '../../src/data/schema.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import {INT4, TEXT} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import {definitionOf} from '../../src/pipeline/definition.ts';
import {type LiveQuery, liveQuery} from '../../src/pipeline/live-query.ts';
import {sourceQueries} from '../../src/pipeline/source-queries.ts';

const table = (name: string): Table => ({
  id: `public.${name}`,
  schema: 'public',
  name,
  columns: [
    {name: 'id', type: INT4},
    {name: 'n', type: INT4},
    {name: 'text', type: TEXT},
  ],
  keyColumns: [0],
  foreignKeys: [],
});

/** The queries of a source with two tables, and the rows it holds. */
function world(
  texts: Readonly<Record<string, string>>,
  {heldMax, rowsMax = 1000}: {readonly heldMax?: number; readonly rowsMax?: number} = {},
) {
  const held = new Map<string, Map<Key, Row>>([
    ['public.a', new Map()],
    ['public.b', new Map()],
  ]);
  const source = sourceQueries({
    id: 's',
    rows: (id) => held.get(id) ?? [],
    retries: {due: () => true, failed() {}, forget() {}},
  });
  const visited: string[] = [];
  let shapes = 0;
  const queries = Object.entries(texts).map(([id, query]): LiveQuery => {
    const place = {file: 'test.yaml', line: 1, column: 1};
    const sources = [{sourceId: 's', nodes: [], relations: []}];
    const config: QueryConfig = {
      ...{id, query, sources, place, joins: []},
      queryLanguage: 'Cypher',
      autoStart: true,
    };
    const limits = {recursionRows: 1000, heldMax};
    const definition = definitionOf(config, {source, origin: 'configuration', limits});
    const live = liveQuery(definition, {shape: 0, nextShape: () => ++shapes, rowsMax});
    const watched: LiveQuery = Object.create(live, {
      push: {
        value: (transaction: Transaction) => {
          visited.push(id);
          return live.push(transaction);
        },
      },
    });
    source.file(watched);
    return watched;
  });
  let lsn = 0n;
  function write(edits: Readonly<Record<string, readonly [number, number, string]>>) {
    lsn += 1n;
    const changes = new Map<string, Delta>();
    for (const [name, after] of Object.entries(edits)) {
      const rows = held.get(`public.${name}`)!;
      changes.set(`public.${name}`, [{key: after[0], before: rows.get(after[0]), after}]);
      rows.set(after[0], after);
    }
    visited.splice(0);
    const transaction = {sourceId: 's', lsn, xid: 1, commitTime: Number(lsn), changes};
    const moves = source.step({kind: 'stream', ...transaction});
    return {visited: [...visited], moved: moves.map(({query}) => query.id)};
  }
  source.describe([table('a'), table('b')]);
  write({});
  return {source, queries, write};
}

test('a transaction visits only queries that read a table it touches', () => {
  const {write} = world({
    a: 'MATCH (a:a) RETURN a.id',
    b: 'MATCH (b:b) RETURN b.id',
    both: 'MATCH (a:a), (b:b) WHERE a.n = b.n RETURN a.id, b.id AS other',
  });
  expect(write({a: [1, 1, 'x']}).visited).toEqual(['a', 'both']);
  expect(write({b: [1, 1, 'x']})).toEqual({visited: ['b', 'both'], moved: ['b', 'both']});
});

test('of ten thousand queries on one value each, a transaction visits the one it touches', () => {
  const texts = Array.from({length: 10_000}, (_, i) => [
    `q${i}`,
    `MATCH (a:a) WHERE a.n = ${i} RETURN a.id`,
  ]);
  const {write, queries} = world(Object.fromEntries(texts));
  expect(write({a: [1, 77, 'x']})).toEqual({visited: ['q77'], moved: ['q77']});
  expect(write({a: [1, 78, 'x']}).visited).toEqual(['q77', 'q78']);
  expect(queries[5]!.asOf).toEqual({lsn: 3n, commitTime: 3});
});

test('a query that is not touched is right as of the last transaction all the same', () => {
  const {queries, write} = world({b: 'MATCH (b:b) RETURN b.id'});
  write({a: [1, 1, 'x']});
  expect(queries[0]!.asOf?.lsn).toBe(2n);
});

test('a failed query keeps result and position, and is visited for any row of its tables', () => {
  const {queries, write} = world({q: 'MATCH (a:a) WHERE a.n = 5 RETURN a.id, 1 / (a.id - 3) AS x'});
  const [query] = queries;
  write({a: [1, 5, 'good']});
  write({a: [3, 5, 'bad']});
  expect(query!.state.kind).toBe('failed');
  expect([query!.count, query!.asOf?.lsn]).toEqual([1, 2n]);
  write({b: [1, 1, 'another table']});
  expect(query!.state.kind).toBe('failed');
  // The row goes to a value that the query does not ask for: the router would not say.
  expect(write({a: [3, 6, 'mended']}).moved).toEqual([]);
  expect(query!.state.kind).toBe('running');
  expect([query!.count, query!.asOf?.lsn]).toEqual([1, 5n]);
});

test('a stopped query and one that is removed are visited no more', () => {
  const {source, queries, write} = world({
    stopped: 'MATCH (a:a) RETURN a.id',
    gone: 'MATCH (a:a) RETURN a.id',
    kept: 'MATCH (a:a) RETURN a.id',
  });
  queries[0]!.stop();
  source.file(queries[0]!);
  source.remove(queries[1]!);
  expect(write({a: [1, 1, 'x']}).visited).toEqual(['kept']);
  expect(queries[0]!.asOf?.lsn).toBe(1n);
});

test('tables that are described anew bring every query that is not stopped up to date', () => {
  const {source, queries, write} = world({q: 'MATCH (a:a) RETURN a.id, a.text'});
  write({a: [1, 1, 'x']});
  source.describe([table('a')]);
  expect([queries[0]!.state.kind, source.waiting]).toEqual(['waiting', 1]);
  expect(queries[0]!.asOf?.lsn).toBe(2n);
  expect(write({a: [2, 1, 'y']}).moved).toEqual(['q']);
  expect([queries[0]!.state.kind, source.waiting, queries[0]!.count]).toEqual(['running', 0, 2]);
});

test('a query that holds too much fails, the others go on, and it comes back with less', () => {
  const {queries, write} = world(
    {
      groups: 'MATCH (a:a) RETURN a.n, count(*) AS count',
      all: 'MATCH (a:a) RETURN a.id',
    },
    {heldMax: 2},
  );
  write({a: [1, 1, 'x']});
  write({a: [2, 2, 'x']});
  expect(write({a: [3, 3, 'x']}).moved).toEqual(['all']);
  const [groups, all] = queries;
  expect(codes(groups!)).toEqual(['query-too-large']);
  expect([groups!.count, groups!.asOf?.lsn]).toEqual([2, 3n]);
  expect([all!.state.kind, all!.count]).toEqual(['running', 3]);
  write({a: [3, 2, 'x']});
  expect([groups!.state.kind, groups!.count]).toEqual(['running', 2]);
});

test('a result that would be too large stays as it is, and fails its query alone', () => {
  const texts = {all: 'MATCH (a:a) RETURN a.id', some: 'MATCH (a:a) WHERE a.n = 1 RETURN a.id'};
  const {queries, write} = world(texts, {rowsMax: 2});
  const [all, some] = queries;
  write({a: [1, 1, 'x']});
  write({a: [2, 2, 'x']});
  write({a: [2, 2, 'y']});
  expect(all!.state.kind).toBe('running');
  write({a: [3, 1, 'x']});
  expect(codes(all!)).toEqual(['query-too-large']);
  expect([all!.count, some!.count, some!.state.kind]).toEqual([2, 2, 'running']);
  // Hydrated anew it is not smaller.
  write({a: [3, 2, 'x']});
  expect([codes(all!), all!.count, some!.count]).toEqual([['query-too-large'], 2, 1]);
});

const codes = ({state}: LiveQuery): string[] =>
  state.kind === 'failed' ? state.problems.map(({code}) => code) : [];
