import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import type {TableId} from '../../../src/data/schema.ts';
import type {Row} from '../../../src/data/value.ts';
import {random} from '../../../src/lib/random.ts';
import {compile} from '../../../src/query/compile.ts';
import type {RunningQuery} from '../../../src/query/query.ts';
import {fold} from '../../support/expect-incremental.ts';
import {catalog, followed, history, SECOND, WITH_HISTORY, WITHOUT_HISTORY} from './histories.ts';

beforeAll(() => loadModule());

const SEEDS = Array.from({length: 25}, (_, i) => i + 1);

/** Of each, what it remembers is of another form. */
const WITH_VALUES = [
  'MATCH (a:a) RETURN a.id AS id, drasi.previousValue(a.value / 2.0, a.value) AS v',
  'MATCH (a:a) RETURN a.id AS id, drasi.previousValue({v: a.value, t: a.at, l: [a.value]}) AS v',
  'MATCH (a:a) RETURN a.id AS id, drasi.previousDistinctValue(a.at, 0) AS v',
  'MATCH (a:a) RETURN a.id AS id, drasi.previousValue(date({year: coalesce(a.value, 0)})) AS v',
  'MATCH (a:a) RETURN a.id AS id, drasi.previousDistinctValue(duration({days: coalesce(a.value, 9)})) AS v',
  'MATCH (a:a) RETURN a.id AS id, drasi.previousValue(a) AS v',
  'MATCH p = (b:b)-[:OF]->(a:a) RETURN b.id AS id, drasi.previousValue(p) AS v',
  'MATCH (a:a) RETURN sum(a.value) AS sum, drasi.last(a.value) AS last',
  "SELECT id FROM a WHERE true_for(value > 1, interval '5 seconds')",
  `SELECT b.kind, count(*) FROM b JOIN a ON b.a = a.id
   WHERE true_for(a.value > 1, interval '3 seconds') GROUP BY b.kind`,
];

/** Which of several matches has the place of none is a matter of history too. */
const WITH_OUTER_JOINS = [
  'MATCH (a:a) OPTIONAL MATCH (b:b)-[:OF]->(a) RETURN a.id AS id, b.id AS b, b.kind AS kind',
  `MATCH (a:a) OPTIONAL MATCH (b:b)-[:OF]->(a)
   WITH a, b WHERE drasi.trueFor(a.value > 0, 3000) RETURN a.id AS id, b.id AS b`,
  "SELECT a.id, b.id AS b, b.kind FROM a LEFT JOIN b ON b.a = a.id AND b.kind = 'x'",
  'SELECT a.id, b.id AS b FROM b RIGHT JOIN a ON b.a = a.id',
  'SELECT a.id, b.id AS b, b.kind FROM a FULL JOIN b ON b.a = a.id',
  `SELECT a.id, b.id AS b, c.id AS c
   FROM a LEFT JOIN b ON b.a = a.id LEFT JOIN b c ON c.a = a.value WHERE true_for(a.value > 0, interval '2 seconds')`,
];

const running = (text: string): RunningQuery => compile(text, {language: undefined, catalog});

/** The service as far as it is to be tried: rows and memory kept step by step, as a store would. */
function kept(text: string) {
  const tables = new Map<TableId, Map<Key, Row>>();
  const memory = new Map<string, string>();
  let query = running(text);
  let now = 0;

  function store(): void {
    for (const [key, value] of query.memory?.changes() ?? []) {
      if (value === undefined) memory.delete(key);
      else memory.set(key, value);
    }
  }

  return {
    columns: query.columns,
    push(transaction: Parameters<RunningQuery['push']>[0]): Delta {
      for (const [table, delta] of transaction.changes) {
        if (!tables.has(table)) tables.set(table, new Map());
        fold(delta, tables.get(table)!);
      }
      now = transaction.commitTime;
      const delta = query.push(transaction);
      store();
      return delta;
    },
    nextDue: () => query.nextDue(),
    memory,
    all: () => new Map(query.memory?.all() ?? []),
    /** Operators made anew, of what is kept; what their first step says. */
    restart(): Delta {
      query = running(text);
      query.memory?.recall(new Map(memory));
      const changes = new Map(
        Array.from(tables, ([table, rows]): [TableId, Delta] => [
          table,
          Array.from(rows, ([key, after]) => ({key, before: undefined, after})),
        ]),
      );
      const transaction = {lsn: 1n, xid: undefined, commitTime: now, changes} as const;
      return query.push({...transaction, kind: 'resync', sourceId: 's'});
    },
    changes: () => query.memory?.changes() ?? new Map(),
  };
}

test.each([...WITH_HISTORY, ...WITH_VALUES, ...WITH_OUTER_JOINS, ...WITHOUT_HISTORY])(
  'a query restarted at any time says what one says that never was: %s',
  (text) => {
    let restarts = 0;
    for (const seed of SEEDS) {
      const next = random(seed + 1000);
      const always = followed(running(text));
      const service = kept(text);
      const restarted = followed(service);
      always.push(0);
      restarted.push(0);
      for (const {time, changes} of history(seed)) {
        // Now and then everything is late: what was due meanwhile is due with the next change.
        if (next() < 0.7) for (const one of [always, restarted]) one.pass(time);
        for (const one of [always, restarted]) one.push(time, changes);
        const told = `seed ${seed} at ${time / SECOND}`;
        if (next() < 0.4) {
          restarts += 1;
          const memory = new Map(service.memory);
          const rows = new Map<Key, Row>();
          fold(service.restart(), rows);
          expect(restarted.texts(rows), `${told}, restarted`).toEqual(restarted.rows());
          expect(service.all(), `${told}, restarted`).toEqual(memory);
          expect([...service.changes()], `${told}, restarted`).toEqual([]);
        }
        expect(restarted.rows(), told).toEqual(always.rows());
        expect(service.all(), told).toEqual(service.memory);
      }
    }
    expect(restarts).toBeGreaterThan(100);
  },
);
