import {beforeAll, expect, test} from 'vitest';
import {parseDecimal} from '../../src/data/decimal.ts';
import type {Delta, Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {standingOrder} from '../../src/pipeline/standing-order.ts';
import {compile} from '../../src/query/compile.ts';
import type {RunningQuery} from '../../src/query/query.ts';
import {catalogOf} from './cypher/running.ts';

const catalog = catalogOf({n: 'id int4, x int4, y numeric, s text'});
beforeAll(loadSqlParser);

const start = (text: string): RunningQuery => compile(text, {language: undefined, catalog});
const orderOf = (text: string): string => {
  const {orderBy, columns} = start(text);
  return orderBy
    .map(({column, descending, nullsFirst}) => {
      const name = column === undefined ? '-' : columns[column]?.name;
      return `${name} ${descending ? 'desc' : 'asc'} ${nullsFirst ? 'first' : 'last'}`;
    })
    .join(', ');
};

test.each([
  ['SELECT id FROM n', ''],
  ['SELECT id FROM n LIMIT 3', ''],
  ['SELECT id, x FROM n ORDER BY x', 'x asc last'],
  ['SELECT id, x FROM n ORDER BY x DESC, id', 'x desc first, id asc last'],
  ['SELECT x AS rank, id FROM n ORDER BY rank NULLS FIRST', 'rank asc first'],
  ['SELECT id, x FROM n ORDER BY 2 DESC NULLS LAST LIMIT 2', 'x desc last'],
  ['SELECT id, x + 1 AS z FROM n ORDER BY z', 'z asc last'],
  ['SELECT id, x + 1 AS z FROM n ORDER BY x + 1', 'z asc last'],
  ['SELECT x, sum(y) AS total FROM n GROUP BY x ORDER BY total DESC LIMIT 10', 'total desc first'],
  ['SELECT x, sum(y) AS total FROM n GROUP BY x ORDER BY sum(y)', 'total asc last'],
  ['SELECT DISTINCT x, id FROM n ORDER BY id', 'id asc last'],
  ['SELECT DISTINCT ON (x) x, y FROM n ORDER BY x, y', 'x asc last, y asc last'],
  ['SELECT id FROM n UNION SELECT x FROM n ORDER BY id DESC', 'id desc first'],
  ['SELECT id FROM (SELECT id, x FROM n) AS t ORDER BY id', 'id asc last'],
  ['SELECT s FROM n ORDER BY s COLLATE "C"', 's asc last'],
  ['MATCH (n:n) RETURN n.id AS id, n.x AS x ORDER BY n.x DESC, id', 'x desc first, id asc last'],
  ['MATCH (n:n) RETURN n.id AS id, n.x + 1 AS z ORDER BY z LIMIT 3', 'z asc last'],
  ['MATCH (n:n) RETURN n.x AS x, sum(n.y) AS total ORDER BY total', 'total asc last'],
])('the order of %s is told as "%s"', (text, order) => {
  expect(orderOf(text)).toBe(order);
});

test.each([
  ['SELECT id FROM n ORDER BY x', '- asc last'],
  ['SELECT id FROM n ORDER BY id, x DESC', 'id asc last, - desc first'],
  ['SELECT id, x FROM n ORDER BY -x', '- asc last'],
  ['SELECT id FROM (SELECT id FROM n ORDER BY x) AS t', '- asc last'],
  ['SELECT id, lower(s) AS s FROM n ORDER BY n.s COLLATE "C"', '- asc last'],
  ['SELECT id, x + 1 AS z FROM n ORDER BY x', '- asc last'],
  ['SELECT id, x::text AS x FROM n ORDER BY n.x', '- asc last'],
  ['SELECT x FROM n GROUP BY x ORDER BY sum(y)', '- asc last'],
  ['MATCH (n:n) RETURN n.id AS id ORDER BY n.x', '- asc last'],
])('%s is ordered by what it does not show', (text, order) => {
  expect(orderOf(text)).toBe(order);
});

const LAWFUL = [
  'SELECT id, x, y, s FROM n ORDER BY x DESC, y NULLS FIRST, s COLLATE "C"',
  'SELECT s, id FROM n ORDER BY s COLLATE "C" DESC NULLS LAST LIMIT 4',
  'SELECT x, sum(y) AS total FROM n GROUP BY x ORDER BY total, x DESC',
  'SELECT id, y * 2 AS z FROM n ORDER BY y * 2 LIMIT 3 OFFSET 1',
  'MATCH (n:n) RETURN n.id AS id, n.y AS y ORDER BY y DESC',
];

test.each(LAWFUL)('rows tell the order of %s, whatever happens', (text) => {
  let moved = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const next = random(seed);
    const query = start(text);
    const {columns, orderBy} = query;
    const [table] = query.tables;
    const held = new Map<Key, Row>();
    const rows = new Map<Key, Row>();
    for (let step = 0; step < 15; step++) {
      const before = [...(query.keysInOrder?.() ?? [])];
      const changes = new Map([[table ?? '', randomDelta(next, rows)]]);
      const about = {kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime: 0} as const;
      const delta = query.push({...about, changes});
      for (const {key, after} of delta) {
        if (after) held.set(key, after);
        else held.delete(key);
      }
      const order = [...(query.keysInOrder?.() ?? [])];
      expect(standingOrder(held, {orderBy, columns}), `seed ${seed}, step ${step}`).toEqual(order);
      if (delta.length === 0) expect(order).toEqual(before);
      if (String(order) !== String(before)) moved++;
    }
  }
  expect(moved).toBeGreaterThan(50);
});

/** Few values, nulls among them, so that rows tie and pass each other. */
function randomDelta(next: () => number, rows: Map<Key, Row>): Delta {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const key = pick([1, 2, 3, 4, 5, 6]);
  const before = rows.get(key);
  if (before && next() < 0.3) {
    rows.delete(key);
    return [{key, before, after: undefined}];
  }
  const y = pick(['1', '1.0', '-2', '10', 'NaN', null]);
  const x = pick([1, 2, null]);
  const after: Row = [key, x, y && (parseDecimal(y) ?? null), pick(['a', 'B', 'é', '', null])];
  rows.set(key, after);
  return [{key, before, after} satisfies Edit];
}
