import {expect, test} from 'vitest';
import type {QueryConfig} from '../../src/config/config.ts';
import type {Key} from '../../src/data/key.ts';
import type {Table} from '../../src/data/schema.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import {INT4} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import {definitionOf} from '../../src/pipeline/definition.ts';
import {liveQuery} from '../../src/pipeline/live-query.ts';
import {memoryNotes} from '../../src/pipeline/memory-notes.ts';
import {sourceQueries} from '../../src/pipeline/source-queries.ts';
import type {QueryNote} from '../../src/store/store.ts';

const TABLE: Table = {
  id: 'public.a',
  schema: 'public',
  name: 'a',
  columns: [
    {name: 'id', type: INT4},
    {name: 'n', type: INT4},
  ],
  keyColumns: [0],
  foreignKeys: [],
};
const EARLIER = 'MATCH (a:a) RETURN a.id, drasi.previousValue(a.n) AS earlier';
const PLAIN = 'MATCH (a:a) RETURN a.id';

/** A store's collection of what one query remembers, as the notes of a service make it. */
class Kept {
  memory = new Map<string, string>();
  /** How many texts were written. */
  written = 0;

  take(notes: readonly QueryNote[]): void {
    for (const {afresh, memory = []} of notes) {
      if (afresh) this.memory.clear();
      for (const [key, text] of memory) {
        this.written += 1;
        if (text === undefined) this.memory.delete(key);
        else this.memory.set(key, text);
      }
    }
  }
}

/** A service's life: its first step brings the rows that there are. */
function life(text: string, rows: Map<Key, Row>, kept: Kept) {
  const source = sourceQueries({
    id: 's',
    rows: () => rows,
    retries: {due: () => true, failed() {}, forget() {}},
  });
  const config: QueryConfig = {
    ...{id: 'q', query: text, place: {file: 't.yaml', line: 1, column: 1}, joins: []},
    sources: [{sourceId: 's', nodes: [], relations: []}],
    queryLanguage: 'Cypher',
    autoStart: true,
  };
  const memory = new Map(kept.memory);
  const definition = definitionOf(config, {source, origin: 'configuration', memory});
  const query = liveQuery(definition, {shape: 0, nextShape: () => 1});
  const notes = memoryNotes(new Map([['q', {memory}]]));
  let commitTime = 0;
  source.file(query);
  source.describe([TABLE]);

  function step(changes: Transaction['changes']): void {
    commitTime += 1_000_000;
    source.step({kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime, changes});
    notes.visited(query);
    kept.take(notes.take());
  }
  step(new Map());
  return {
    rows: () => [...query.rows()].map(([, row]) => row),
    put(id: number, n: number): void {
      const before = rows.get(id);
      const after = [id, n];
      rows.set(id, after);
      step(new Map([['public.a', [{key: id, before, after}]]]));
    },
  };
}

function twoRows(): {rows: Map<Key, Row>; kept: Kept} {
  const [rows, kept] = [new Map<Key, Row>(), new Kept()];
  const first = life(EARLIER, rows, kept);
  for (const id of [1, 2]) for (const n of [10, 20]) first.put(id, n);
  expect(kept.memory.size).toBe(2);
  kept.written = 0;
  return {rows, kept};
}

test('after a restart only what changes is written', () => {
  const {rows, kept} = twoRows();
  const second = life(EARLIER, rows, kept);
  expect(kept.written).toBe(0);
  second.put(1, 30);
  expect([kept.written, second.rows()]).toEqual([
    1,
    [
      [1, 20],
      [2, 10],
    ],
  ]);
});

test('what a third life goes on from is what the second left', () => {
  const {rows, kept} = twoRows();
  life(EARLIER, rows, kept).put(1, 30);
  expect(life(EARLIER, rows, kept).rows()).toEqual([
    [1, 20],
    [2, 10],
  ]);
});

test('what a query remembered is gone once it has no time functions any more', () => {
  const {rows, kept} = twoRows();
  life(PLAIN, rows, kept);
  expect(kept.memory.size).toBe(0);
  expect(life(EARLIER, rows, kept).rows()).toEqual([
    [1, null],
    [2, null],
  ]);
});
