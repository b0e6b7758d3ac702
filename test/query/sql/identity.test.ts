import {loadModule} from 'libpg-query';
import {beforeAll, expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {compileSql} from '../../../src/query/sql/lower.ts';
import {CATALOG} from './tables.ts';

beforeAll(() => loadModule());

const customer = (id: number, name: string): Row => [id, name];
const order = (id: number, of: number | null): Row => [id, of, ...Array<null>(11).fill(null)];

/** What a change of the customers does to a query over customers and orders. */
function told(sql: string, customers: Delta, orders: Delta = []): Delta {
  const flow = dataflow(optimise(compileSql(sql, CATALOG)));
  flow.hydrate(
    new Map([
      ['public.customers', new Map([[1, customer(1, 'Ann')]])],
      ['public.orders', new Map([10, 11].map((id) => [id, order(id, 1)]))],
    ]),
  );
  const changes = new Map([
    ['public.customers', customers],
    ['public.orders', orders],
  ]);
  const stream = {kind: 'stream', sourceId: 's', lsn: 0n as never, xid: 1, commitTime: 0} as const;
  return flow.push({...stream, changes});
}

const renamed: Delta = [{key: 1, before: customer(1, 'Ann'), after: customer(1, 'Bea')}];
const gone: Delta = [{key: 1, before: customer(1, 'Ann'), after: undefined}];
const come: Delta = [{key: 2, before: undefined, after: customer(2, 'Cem')}];

const NAME = '(SELECT c.name FROM customers c WHERE c.id = o.customer)';

test.each<[what: string, sql: string, change: Delta, before: unknown, after: unknown]>([
  ['the value of a subquery', `SELECT o.id, ${NAME} AS x FROM orders o`, renamed, 'Ann', 'Bea'],
  ['a value that is lost', `SELECT o.id, ${NAME} AS x FROM orders o`, gone, 'Ann', null],
  [
    'a value that all rows share',
    'SELECT o.id, (SELECT count(*) FROM customers) AS x FROM orders o',
    come,
    1,
    2,
  ],
  [
    'EXISTS as a value',
    'SELECT o.id, EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer) AS x FROM orders o',
    gone,
    true,
    false,
  ],
  [
    'IN as a value',
    'SELECT o.id, o.customer IN (SELECT c.id FROM customers c) AS x FROM orders o',
    gone,
    true,
    false,
  ],
  [
    'an aggregate of LATERAL',
    'SELECT o.id, l.x FROM orders o CROSS JOIN LATERAL (SELECT max(c.name) AS x FROM customers c WHERE c.id = o.customer) l',
    renamed,
    'Ann',
    'Bea',
  ],
])('%s changes by an update of its row', (_what, sql, change, before, after) => {
  expect(told(sql, change)).toEqual(
    [10, 11].map((id) => ({key: id, before: [id, before], after: [id, after]})),
  );
});

test('a row that is asked for another value stays the same row', () => {
  const delta = told(`SELECT o.id, ${NAME} AS x FROM orders o`, come, [
    {key: 10, before: order(10, 1), after: order(10, 2)},
    {key: 11, before: order(11, 1), after: order(11, null)},
  ]);
  expect(delta).toEqual([
    {key: 10, before: [10, 'Ann'], after: [10, 'Cem']},
    {key: 11, before: [11, 'Ann'], after: [11, null]},
  ]);
});
