import {identicalRows} from '../../../src/data/compare.ts';
import type {Delta, Edit} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import {rowJson} from '../../../src/data/row-json.ts';
import type {TableId} from '../../../src/data/schema.ts';
import type {Row} from '../../../src/data/value.ts';
import {random} from '../../../src/lib/random.ts';
import type {RunningQuery} from '../../../src/query/query.ts';
import {fold} from '../../support/expect-incremental.ts';
import {catalogOf} from '../cypher/running.ts';

export const catalog = catalogOf(
  {a: 'id int4, value int4, at timestamptz', b: 'id int4, a int4, kind text'},
  [
    {
      id: 'OF',
      keys: [
        {label: 'b', property: 'a'},
        {label: 'a', property: 'id'},
      ],
    },
  ],
);

/** What a row is now follows from the row and the time alone. */
export const WITHOUT_HISTORY = [
  'MATCH (a:a) WHERE a.value > 1 AND a.at > datetime() - duration({seconds: 7}) RETURN a.id AS id',
  "MATCH (b:b)-[:OF]->(a:a) WHERE b.kind = 'x' AND drasi.trueLater(a.value > 1, a.at) RETURN a, b",
  'MATCH (a:a) WHERE NOT drasi.trueUntil(a.value > 1, a.at) RETURN count(*) AS n',
  'MATCH (a:a) WHERE drasi.trueNowOrLater(a.value > 1, a.at) RETURN a.value AS v, count(*) AS n',
  `MATCH (a:a) OPTIONAL MATCH (b:b)-[:OF]->(a) WITH a, count(b) AS n
   WHERE n > 1 OR a.at <= datetime() RETURN a.id AS id, n`,
];

export const WITH_HISTORY = [
  'MATCH (a:a) WHERE a.at IS NOT NULL AND drasi.trueFor(a.value > 1, 5000) RETURN a.id AS id',
  "MATCH (b:b)-[:OF]->(a:a) WHERE b.kind = 'x' AND drasi.trueFor(a.value > 1, 3000) RETURN a, b",
  `MATCH (a:a) WHERE a.value > 1
   RETURN drasi.slidingWindow(4000, sum(a.value)) AS total, count(*) AS n`,
  'MATCH (a:a) WHERE drasi.previousDistinctValue(a.value) < a.value RETURN a.id AS id, a.value AS v',
  'MATCH (b:b) WITH b.a AS a, max(drasi.changeDateTime(b)) AS last WHERE last < datetime() RETURN a',
  'MATCH (a:a) WITH a.value AS v, count(*) AS n WHERE drasi.trueFor(n > 1, 4000) RETURN v, n',
];

export const SECOND = 1_000_000;

/** A history: at each time, what changes in the tables. */
export function history(seed: number): readonly {time: number; changes: Map<TableId, Delta>}[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const tables = new Map<string, Map<Key, Row>>([
    ['a', new Map()],
    ['b', new Map()],
  ]);
  let time = 1000 * SECOND;
  return Array.from({length: 25}, () => {
    time += Math.floor(next() * 4) * SECOND;
    const changes = new Map<TableId, Delta>();
    for (const [name, rows] of tables) {
      if (next() < 0.4) continue;
      const key = pick([1, 2, 3]);
      const before = rows.get(key);
      const at = pick([time - 3 * SECOND, time, time + 5 * SECOND, null]);
      const values =
        name === 'a' ? [pick([0, 1, 2, 3, null]), at] : [pick([1, 2]), pick(['x', 'y'])];
      const after = before && next() < 0.3 ? undefined : [key, ...values];
      if (before && after && identicalRows(before, after)) continue;
      if (after) rows.set(key, after);
      else rows.delete(key);
      changes.set(`public.${name}`, [{key, before, after} satisfies Edit]);
    }
    return {time, changes};
  });
}

const transaction = (time: number, changes: ReadonlyMap<TableId, Delta>) =>
  ({
    kind: changes.size > 0 ? 'stream' : 'timer',
    sourceId: 's',
    lsn: 1n,
    xid: undefined,
    commitTime: time,
    changes,
  }) as const;

/** A running query and its rows, folded from what it has said; every edit is held to its word. */
export function followed(flow: Pick<RunningQuery, 'columns' | 'nextDue' | 'push'>) {
  const rows = new Map<Key, Row>();
  const json = rowJson(flow.columns);
  const texts = (of: Iterable<readonly [Key, Row]>): readonly string[] =>
    Array.from(of, ([key, row]) => `${key} ${json(row)}`).sort();
  const push = (time: number, changes: ReadonlyMap<TableId, Delta> = new Map()): void =>
    fold(flow.push(transaction(time, changes)), rows);
  return {
    push,
    /** Time passes as the service lets it: a step at each due time, and none in between. */
    pass(time: number): void {
      for (let due = flow.nextDue(); due !== undefined && due <= time; due = flow.nextDue())
        push(due);
    },
    rows: () => texts(rows),
    texts,
  };
}
