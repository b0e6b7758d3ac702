import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {checksumOf} from '../../src/data/checksum.ts';
import type {Edit} from '../../src/data/delta.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {Row} from '../../src/data/value.ts';
import {engine} from '../../src/pipeline/engine.ts';
import {resultTexts} from '../../src/pipeline/events.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import {heldRows, queryGroup, tableOf} from '../support/shared-world.ts';

const DOCS = tableOf('docs', [
  {name: 'id', type: {kind: 'int4'}},
  {name: 'doc', type: {kind: 'json'}},
]);
const WHOLE = 'SELECT id, doc FROM docs';
const LENGTH = 'SELECT id, length(doc::text) AS size FROM docs';

/** Queries over documents, moved by an engine with a store. */
function world(texts: Readonly<Record<string, string>>) {
  const held = heldRows();
  const {source, queries, begin, define} = queryGroup(held.rows);
  source.describe([DOCS]);
  for (const [id, text] of Object.entries(texts)) begin(id, text);
  const store = memoryStore({epoch: 'e', eventLogEvents: 100, eventLogBytes: 1e6});
  const moves = engine({
    store,
    limits: {transactions: 10, rows: 100},
    query: (id) => queries.get(id),
    fail: (error) => {
      throw error;
    },
  });
  const docs = new Map<number, Row>();
  let lsn = 0n;
  const at = (changes: Transaction['changes']): Transaction => {
    const about = {kind: 'stream', sourceId: 's', xid: 1, commitTime: 1} as const;
    return {...about, lsn, changes};
  };
  return {
    queries,
    moves,
    /** Commits documents; answers what was told of them. */
    write(texts: Readonly<Record<number, string | null>>) {
      const edits = Object.entries(texts).map(([id, doc]): Edit => {
        const after: Row = [Number(id), doc];
        const before = docs.get(Number(id));
        docs.set(Number(id), after);
        return {key: Number(id), before, after};
      });
      const changes = new Map([[DOCS.id, edits]]);
      lsn += 1n;
      held.apply(changes);
      const {last} = store.log;
      const steps = [at(changes)];
      const durable: bigint[] = [];
      moves.take({
        queries: source,
        next: () => steps.shift(),
        durable: (end) => void durable.push(end),
      });
      expect(durable).toEqual([lsn]);
      return store.log.read(last, 10);
    },
    /** Gives a query another text; answers what was told of it. */
    define(id: string, text: string) {
      const change = define(id, text);
      const {last} = store.log;
      moves.commit(at(new Map()), change ? [{query: queries.get(id)!, change}] : []);
      return store.log.read(last, 10);
    },
  };
}

test.each([
  ['in its blanks alone', '{"a": 1}', '{"a":1}'],
  ['from no value to the null of JSON', null, 'null'],
])('a json that changes %s is told to nobody who reads the same', (_how, earlier, later) => {
  const {write, queries, moves} = world({whole: WHOLE, length: LENGTH});
  write({1: earlier});
  const before = moves.sequenceOf('whole');
  const told = write({1: later});
  expect(told.map(({queryId, transaction}) => [queryId, transaction.part])).toEqual([
    ['length', 1],
  ]);
  expect(told[0]!.transaction.parts).toBe(1);
  expect(moves.sequenceOf('whole')).toBe(before);
  expect([...queries.get('whole')!.rows()]).toEqual([[1, [1, later]]]);
});

test('of the rows of a transaction only those are told that read another way', () => {
  const {write, queries, moves} = world({whole: WHOLE});
  write({1: '[1, 2]', 2: '[3]'});
  const whole = queries.get('whole')!;
  const sum = () => checksumOf(resultTexts(whole), {crc32});
  expect(moves.checksumOf(whole)).toEqual(sum());
  const [{updated} = {updated: []}, ...others] = write({1: '[1,2]', 2: '[4]', 3: '[5 ]'});
  expect(others).toEqual([]);
  expect(updated).toEqual([{key: '2', before: '{"id":2,"doc":[3]}', after: '{"id":2,"doc":[4]}'}]);
  expect(moves.checksumOf(whole)).toEqual(sum());
  // From the text that was told, though the row that was held had other blanks.
  expect(write({1: '[1 , 2, 3]'})[0]!.updated).toEqual([
    {key: '1', before: '{"id":1,"doc":[1,2]}', after: '{"id":1,"doc":[1,2,3]}'},
  ]);
  expect(moves.checksumOf(whole)).toEqual(sum());
});

test('columns of other types tell nothing of the rows that read the same in them', () => {
  const {write, define, queries} = world({whole: WHOLE});
  write({1: '"a"', 2: '2'});
  expect(define('whole', 'SELECT id, doc::jsonb AS doc FROM docs')).toEqual([]);
  expect(queries.get('whole')!.columns[1]!.type.kind).toBe('jsonb');
  const told = define('whole', 'SELECT id, doc::text AS doc FROM docs');
  expect(told.map(({updated}) => updated.map(({key, after}) => [key, after]))).toEqual([
    [
      ['1', '{"id":1,"doc":"\\"a\\""}'],
      ['2', '{"id":2,"doc":"2"}'],
    ],
  ]);
});
