import {expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {Row} from '../../src/data/value.ts';
import {wholeTables} from '../../src/pipeline/whole-tables.ts';

const rows = new Map<Key, Row>([
  [1, [1, 'a']],
  [2, [2, 'b']],
]);
const inserts: Delta = Array.from(rows, ([key, after]) => ({key, before: undefined, after}));

function at(delta: Delta): Transaction {
  const changes = new Map([['t', delta]]);
  return {kind: 'resync', sourceId: 's', lsn: 8n, xid: undefined, commitTime: 1, changes};
}

test.each<[name: string, delta: Delta]>([
  ['nothing', []],
  ['some of the rows', inserts.slice(1)],
  ['a row that changed', [inserts[0]!, {key: 2, before: [2, 'old'], after: [2, 'b']}]],
  ['a row that went', [inserts[0]!, {key: 3, before: [3, 'c'], after: undefined}]],
])('of a transaction that says %s, a query gets every row', (_name, delta) => {
  const whole = wholeTables(() => rows);
  expect(whole('t', at(delta))).toEqual(inserts);
});

test('what a first snapshot says is not made a second time, nor for a second query', () => {
  const whole = wholeTables(() => rows);
  expect(whole('t', at(inserts))).toBe(inserts);
  const transaction = at([]);
  expect(whole('t', transaction)).toBe(whole('t', transaction));
});

test('a later transaction gets the rows as they are then', () => {
  const held = new Map(rows);
  const whole = wholeTables(() => held);
  expect(whole('t', at([]))).toHaveLength(2);
  held.delete(1);
  expect(whole('t', at([]))).toEqual([inserts[1]]);
});
