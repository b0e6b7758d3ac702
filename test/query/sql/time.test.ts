import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import type {Edit} from '../../../src/data/delta.ts';
import {readTimestamp} from '../../../src/data/temporal-read.ts';
import type {Row} from '../../../src/data/value.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {CATALOG} from './tables.ts';

beforeAll(() => loadModule());

const moment = (time: string): number => Number(readTimestamp(`2026-03-01 ${time}+00`));

/** An order: its id, customer and time; all else is null. */
const order = (id: number, at: string, {paid = true} = {}): Row => {
  const row: Row[number][] = Array.from({length: 13}, () => null);
  row[0] = id;
  row[1] = id % 2;
  row[5] = paid;
  row[6] = 20_513;
  row[7] = moment(at);
  return row;
};

/** A query that runs: told of rows and of time, it answers the ids in its result. */
function running(sql: string) {
  const flow = dataflow(optimise(compileSql(sql, CATALOG)));
  const rows = new Map<Edit['key'], Row>();
  const push = (edits: readonly Edit[], time: string): readonly unknown[] => {
    const delta = flow.push({
      kind: edits.length > 0 ? 'stream' : 'timer',
      sourceId: 's',
      lsn: 1n,
      xid: undefined,
      commitTime: moment(time),
      changes: new Map(edits.length > 0 ? [['public.orders', edits]] : []),
    });
    for (const {key, after} of delta) {
      if (after) rows.set(key, after);
      else rows.delete(key);
    }
    return [...rows.values()].map(([first]) => first).sort();
  };
  return {push, nextDue: () => flow.nextDue()};
}

const added = (...rows: readonly Row[]): Edit[] =>
  rows.map((after) => ({key: after[0] as number, before: undefined, after}));

test.each([
  "at > now() - interval '5 minutes'",
  "now() - interval '5 minutes' < at",
  "at + interval '1 minute' > current_timestamp - interval '4 minutes'",
  "at > now() - interval '5 minutes' AND at <= now()",
  "paid AND NOT at <= localtimestamp - interval '5 minutes'",
])('WHERE %s is a window that rows leave by themselves', (condition) => {
  const query = running(`SELECT id FROM orders WHERE ${condition}`);
  expect(query.push(added(order(1, '11:58:00'), order(2, '12:00:00')), '12:00:00')).toEqual([1, 2]);
  expect(query.nextDue()).toBe(moment('12:03:00'));
  expect(query.push([], '12:03:00')).toEqual([2]);
  expect(query.push([], '12:05:00')).toEqual([]);
});

test('a group can be silent for an hour: HAVING compares with the current time', () => {
  const query = running(
    "SELECT customer FROM orders GROUP BY customer HAVING max(at) <= now() - interval '1 hour'",
  );
  expect(query.push(added(order(1, '12:00:00'), order(2, '12:10:00')), '12:10:00')).toEqual([]);
  expect(query.push([], '13:00:00')).toEqual([1]);
  expect(query.push([], '13:10:00')).toEqual([0, 1]);
});

test('a date is compared with the current date', () => {
  const query = running('SELECT id FROM orders WHERE day > current_date - 1');
  expect(query.push(added(order(1, '12:00:00')), '12:00:00')).toEqual([1]);
  expect(query.nextDue()).toBe(moment('00:00:00') + 86_400_000_000);
});

test('true_for waits until a condition has held for so long', () => {
  const query = running("SELECT id FROM orders WHERE true_for(NOT paid, interval '15 minutes')");
  const unpaid = order(1, '12:00:00', {paid: false});
  expect(query.push(added(unpaid, order(2, '12:00:00')), '12:00:00')).toEqual([]);
  expect(query.push([], '12:15:00')).toEqual([1]);
});

test.each([
  'SELECT now() AS n FROM orders',
  "SELECT id FROM orders WHERE now() - at > interval '1 day'",
  'SELECT o.id FROM orders o JOIN customers c ON o.at > now()',
  'SELECT count(*) FILTER (WHERE at > now()) AS n FROM orders',
  'SELECT id FROM orders ORDER BY at > now()',
  "SELECT customer FROM orders GROUP BY customer HAVING true_for(count(*) > 1, interval '1 day')",
  'SELECT id FROM orders WHERE true_for(paid)',
])('%s is refused: nobody could say when its result changes', (sql) => {
  let found: readonly string[] = [];
  try {
    compileSql(sql, CATALOG);
  } catch (error) {
    found = problemsOf(error).map(({code}) => code);
  }
  expect(found.every((code) => code === 'sql-not-supported' || code === 'sql-misplaced')).toBe(
    true,
  );
  expect(found.length).toBeGreaterThan(0);
});
