import {expect, test} from 'vitest';
import type {Key} from '../../../src/data/key.ts';
import type {Row} from '../../../src/data/value.ts';
import {compile} from '../../../src/query/compile.ts';
import type {RunningQuery} from '../../../src/query/query.ts';
import {catalogOf} from '../cypher/running.ts';
import {SECOND} from './histories.ts';

const catalog = catalogOf({a: 'id int4, value int4', b: 'id text, value int4'});
const running = (text: string): RunningQuery => compile(text, {language: 'Cypher', catalog});

/** What the query says of rows that come at a time: what it shows of them. */
function brought(query: RunningQuery, time: number, table: string, rows: readonly Row[]) {
  const inserts = rows.map((after) => ({key: after[0] as Key, before: undefined, after}));
  return pushed(query, time, new Map([[`public.${table}`, inserts]]));
}

function pushed(query: RunningQuery, time: number, changes: Parameters<typeof toStep>[1]) {
  return query.push(toStep(time, changes)).map(({after}) => after);
}

const toStep = (commitTime: number, changes: Parameters<RunningQuery['push']>[0]['changes']) =>
  ({kind: 'stream', sourceId: 's', lsn: 1n, xid: undefined, commitTime, changes}) as const;

const remembered = (query: RunningQuery): Map<string, string> => new Map(query.memory!.all());

const HELD = 'MATCH (a:a) WHERE drasi.trueFor(a.value > 1, 5000) RETURN a.id AS id';

/** A query that has seen row 1 hold since second 1, and row 2 not hold. */
function seen(text = HELD): RunningQuery {
  const query = running(text);
  brought(query, SECOND, 'a', [
    [1, 5],
    [2, 0],
  ]);
  return query;
}

test('a query without history remembers nothing, and says so', () => {
  for (const text of [
    'MATCH (a:a) RETURN a.id AS id',
    'MATCH (a:a) WHERE drasi.trueLater(a.value > 1, a.id) RETURN a.id AS id',
  ]) {
    expect(running(text).memory).toBeUndefined();
  }
});

test('what became due while nobody was there is due at once, and told by the next step', () => {
  const fresh = running(HELD);
  fresh.memory!.recall(remembered(seen()));
  expect(
    brought(fresh, SECOND, 'a', [
      [1, 5],
      [2, 0],
    ]),
  ).toEqual([]);
  expect(fresh.nextDue()).toBe(6 * SECOND);
  expect(pushed(fresh, 100 * SECOND, new Map())).toEqual([[1]]);
});

test('what became due before the rows came again is told with them, and remembered', () => {
  const fresh = running(HELD);
  const kept = remembered(seen());
  fresh.memory!.recall(kept);
  expect(
    brought(fresh, 100 * SECOND, 'a', [
      [1, 5],
      [2, 0],
    ]),
  ).toEqual([[1]]);
  const changes = fresh.memory!.changes();
  expect([...changes.keys()].map((key) => key.slice(-2))).toEqual(['#1']);
  expect(new Map([...kept, ...changes])).toEqual(remembered(fresh));
});

test('a row that only time has changed meanwhile goes on', () => {
  const text = `MATCH (a:a) WHERE drasi.trueFor(coalesce(drasi.trueLater(a.value > 1, 9000), true), 20000)
    RETURN a.id AS id`;
  const query = running(text);
  brought(query, SECOND, 'a', [[1, 5]]);
  expect(query.nextDue()).toBe(9 * SECOND);
  const fresh = running(text);
  fresh.memory!.recall(remembered(query));
  brought(fresh, 10 * SECOND, 'a', [[1, 5]]);
  expect(fresh.nextDue()).toBe(21 * SECOND);
});

test('a row with other values than it had is as new', () => {
  const fresh = running(HELD);
  fresh.memory!.recall(remembered(seen()));
  brought(fresh, 3 * SECOND, 'a', [
    [1, 6],
    [2, 0],
  ]);
  expect(fresh.nextDue()).toBe(8 * SECOND);
  expect([...fresh.memory!.changes().keys()]).toHaveLength(1);
});

test('a row that is not there any more is forgotten, and told as forgotten once', () => {
  const fresh = running(HELD);
  const kept = remembered(seen());
  fresh.memory!.recall(kept);
  brought(fresh, 3 * SECOND, 'a', [[2, 0]]);
  const [gone] = [...kept.keys()].filter((key) => key.endsWith('#1'));
  expect([...fresh.memory!.changes()]).toEqual([[gone, undefined]]);
  expect([...fresh.memory!.changes()]).toEqual([]);
  brought(fresh, 4 * SECOND, 'a', [[1, 5]]);
  expect(fresh.nextDue()).toBe(9 * SECOND);
});

test('another condition is as new, and forgets what the first one kept', () => {
  const other = running('MATCH (a:a) WHERE drasi.trueFor(a.value > 2, 5000) RETURN a.id AS id');
  const kept = remembered(seen());
  other.memory!.recall(kept);
  brought(other, 3 * SECOND, 'a', [[1, 5]]);
  expect(other.nextDue()).toBe(8 * SECOND);
  const changes = other.memory!.changes();
  for (const key of kept.keys()) expect([...changes]).toContainEqual([key, undefined]);
  expect([...changes.values()].filter((text) => text !== undefined)).toHaveLength(1);
});

test('what a query shows may be another, and it goes on from what it remembers', () => {
  const wider = running(
    'MATCH (a:a) WHERE drasi.trueFor(a.value > 1, 5000) RETURN a.value AS v, a.id AS id ORDER BY v',
  );
  wider.memory!.recall(remembered(seen()));
  brought(wider, 3 * SECOND, 'a', [[1, 5]]);
  expect(wider.nextDue()).toBe(6 * SECOND);
});

test('two functions of one query never take each other for themselves', () => {
  const text = `MATCH (a:a) WITH a WHERE drasi.trueFor(a.value > 1, 5000)
    WITH a, drasi.previousValue(a.value, -1) AS was WHERE drasi.trueFor(was < 0, 9000) RETURN a.id AS id`;
  const query = running(text);
  brought(query, SECOND, 'a', [[1, 5]]);
  pushed(query, 6 * SECOND, new Map());
  expect(query.nextDue()).toBe(15 * SECOND);
  const fresh = running(text);
  fresh.memory!.recall(remembered(query));
  brought(fresh, 7 * SECOND, 'a', [[1, 5]]);
  expect(fresh.nextDue()).toBe(15 * SECOND);
});

test('a row whose identity is the text 1 is not the row 1', () => {
  const text = 'MATCH (b:b) RETURN b.id AS id, drasi.previousValue(b.value, -1) AS was';
  const query = running(text);
  brought(query, SECOND, 'b', [['1', 5]]);
  const fresh = running(text);
  fresh.memory!.recall(
    new Map([...query.memory!.all()].map(([key, v]) => [key.replace(':', '#'), v])),
  );
  brought(fresh, SECOND, 'b', [['1', 5]]);
  // The row came as new, and the row 1 did not come.
  expect([...fresh.memory!.changes().values()].filter((v) => v === undefined)).toHaveLength(1);
  expect([...query.memory!.all()].map(([key]) => key.slice(key.search(/[#:]/)))).toEqual([':1']);
});

test('changes are told once: first all there is, then what a step has changed', () => {
  const query = seen();
  expect(query.memory!.changes()).toEqual(remembered(query));
  expect(query.memory!.changes().size).toBe(0);
  pushed(query, 2 * SECOND, new Map());
  expect(query.memory!.changes().size).toBe(0);
  const edit = {key: 2, before: [2, 0], after: [2, 3]};
  pushed(query, 3 * SECOND, new Map([['public.a', [edit]]]));
  expect([...query.memory!.changes().keys()].map((key) => key.slice(-2))).toEqual(['#2']);
});

test('which match came first is forgotten with its row, also where no row is left', () => {
  const text = 'MATCH (a:a) OPTIONAL MATCH (b:b) WHERE b.value = a.id RETURN a.id AS id, b.id AS b';
  const query = running(text);
  brought(query, SECOND, 'a', [[1, 5]]);
  expect(remembered(query).size).toBe(0);
  brought(query, SECOND, 'b', [['y', 1]]);
  expect(remembered(query).size).toBe(0);
  brought(query, SECOND, 'b', [['x', 1]]);
  const kept = remembered(query);
  expect([...kept.values()]).toEqual(['["y",null]']);
  const fresh = running(text);
  fresh.memory!.recall(kept);
  pushed(fresh, SECOND, new Map());
  expect([...fresh.memory!.changes().values()]).toEqual([undefined]);
});
