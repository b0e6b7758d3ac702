import {expect, test} from 'vitest';
import {catalogOf, run} from './running.ts';

const METRICS = catalogOf({
  metrics: 'id int4, name text, value numeric, unit text, updated_at timestamp',
  alerts: 'id int4, metric_name text, severity text, acknowledged bool',
});
const READINGS = {
  metrics: `
    1 | cpu_usage    | 95.00 | % | 2024-01-01 10:00:00
    2 | memory_usage | 60.50 | % | 2024-01-01 10:00:00.5
    3 | error_rate   | 5.01  | x | \\N`,
  alerts: `
    1 | cpu_usage | high | f
    2 | cpu_usage | low  | t
    3 | disk      | low  | \\N`,
};

/** Each query over READINGS, and its rows. */
test.each<[name: string, query: string, rows: readonly string[]]>([
  [
    'columns without an alias are named by their keys, and pass through untouched',
    'MATCH (m:metrics) WHERE m.id <= 2 RETURN m.id, m.name, m.value, m.updated_at',
    [
      '{"id":1,"name":"cpu_usage","value":95.00,"updated_at":"2024-01-01T10:00:00"}',
      '{"id":2,"name":"memory_usage","value":60.50,"updated_at":"2024-01-01T10:00:00.5"}',
    ],
  ],
  [
    'null is neither false nor true',
    'MATCH (a:alerts) WHERE NOT a.acknowledged RETURN a.id',
    ['{"id":1}'],
  ],
  [
    'conditions on numerics compare numbers, whatever their scale',
    `MATCH (m:metrics)
     WHERE (m.name = 'cpu_usage' AND m.value > 80) OR (m.name = 'error_rate' AND m.value > 5)
     RETURN m.name, m.value`,
    ['{"name":"cpu_usage","value":95.00}', '{"name":"error_rate","value":5.01}'],
  ],
  [
    'a numeric equals the float and the integer of its value',
    'MATCH (m:metrics) WHERE m.value = 60.5 OR m.value = 95 RETURN m.id',
    ['{"id":1}', '{"id":2}'],
  ],
  [
    'integers divide to integers, numerics as Postgres divides them',
    'MATCH (m:metrics {id: 1}) RETURN 7 / 2 AS a, -7 / 2 AS b, m.value / 4 AS c, m.id / 2.0 AS d',
    ['{"a":3,"b":-3,"c":23.7500000000000000,"d":0.5}'],
  ],
  [
    'a node is the object of its columns',
    'MATCH (a:alerts) WHERE a.id = 3 RETURN a',
    ['{"a":{"id":3,"metric_name":"disk","severity":"low","acknowledged":null}}'],
  ],
  [
    'other columns are named by what was written',
    'MATCH (m:metrics) RETURN count(*), max( m.value ), 1+1',
    ['{"count(*)":3,"max( m.value )":95.00,"1+1":2}'],
  ],
  [
    'sums of numerics and of nothing keep to numbers',
    `MATCH (m:metrics) WHERE m.id > 7
     RETURN count(m) AS n, sum(m.value) AS s, sum(m.id) AS i, avg(m.value) AS a, collect(m.id) AS c`,
    ['{"n":0,"s":0,"i":0,"a":null,"c":[]}'],
  ],
  [
    'grouping is by all that is no aggregate',
    'MATCH (a:alerts) RETURN a.severity, count(*) AS n, collect(a.id) AS ids',
    ['{"severity":"high","n":1,"ids":[1]}', '{"severity":"low","n":2,"ids":[2,3]}'],
  ],
  [
    'a WHERE after WITH is HAVING',
    'MATCH (a:alerts) WITH a.severity AS s, count(*) AS n WHERE n > 1 RETURN s, n * 10 AS tenfold',
    ['{"s":"low","tenfold":20}'],
  ],
  [
    'patterns without a common variable are all pairs',
    'MATCH (m:metrics), (a:alerts) WHERE m.name = a.metric_name RETURN m.id AS m, a.id AS a',
    ['{"m":1,"a":1}', '{"m":1,"a":2}'],
  ],
  [
    'timestamps compare with times that are written out, and have components',
    `MATCH (m:metrics) WHERE m.updated_at > localdatetime('2024-01-01T10:00:00.1')
     RETURN m.id, m.updated_at.year AS y, m.updated_at + duration('P1DT1H') AS later`,
    ['{"id":2,"y":2024,"later":"2024-01-02T11:00:00.500"}'],
  ],
  [
    'DISTINCT, ORDER BY, SKIP and LIMIT cut what there is',
    'MATCH (a:alerts) RETURN DISTINCT a.severity AS s ORDER BY s DESC SKIP 1 LIMIT 5',
    ['{"s":"high"}'],
  ],
  [
    'UNION drops equal rows and UNION ALL keeps them',
    'MATCH (a:alerts) RETURN a.metric_name AS n UNION MATCH (m:metrics) WHERE m.id = 1 RETURN m.name AS n',
    ['{"n":"cpu_usage"}', '{"n":"disk"}'],
  ],
  [
    'parts of a UNION with columns of different types keep their values',
    'MATCH (m:metrics {id: 1}) RETURN m.value AS v UNION ALL MATCH (m:metrics {id: 1}) RETURN m.name AS v',
    ['{"v":"cpu_usage"}', '{"v":95.00}'],
  ],
  [
    'a CASE may answer values of several types',
    "MATCH (m:metrics) RETURN m.id, CASE WHEN m.value > 90 THEN 'hot' WHEN m.value > 6 THEN m.value END AS c",
    ['{"id":1,"c":"hot"}', '{"id":2,"c":60.50}', '{"id":3,"c":null}'],
  ],
  [
    'elements of a list come in its order to collect',
    'MATCH (m:metrics {id: 1}) UNWIND range(1, 12) AS x WITH x WHERE x % 2 = 0 RETURN collect(x) AS xs',
    ['{"xs":[2,4,6,8,10,12]}'],
  ],
  [
    'keywords have no letter case, lines end with CRLF, comments are skipped',
    'match (m:metrics) // one\r\nWhere m.id = 1 /* two */\r\nrEtUrN m.id As "x"'.replace(
      '"x"',
      '`x y`',
    ),
    ['{"x y":1}'],
  ],
])('%s', (_name, query, rows) => {
  expect(run(query, METRICS, READINGS).rows).toEqual([...rows].sort());
});

test('an update into the predicate adds, one within it updates, one out of it deletes', () => {
  const running = run('MATCH (m:metrics) WHERE m.value > 80 RETURN m.id, m.value', METRICS, {});
  expect(running.set({metrics: '1 | cpu | 90.0 | % | \\N'}).added).toEqual([
    '{"id":1,"value":90.0}',
  ]);
  expect(running.set({metrics: '1 | cpu | 91.0 | % | \\N'}).updated).toEqual([
    '{"id":1,"value":90.0} -> {"id":1,"value":91.0}',
  ]);
  expect(running.set({metrics: '1 | cpu | 10.0 | % | \\N'}).deleted).toEqual([
    '{"id":1,"value":91.0}',
  ]);
  expect(running.set({metrics: '1 | cpu | 11.0 | % | \\N'})).toEqual({
    added: [],
    updated: [],
    deleted: [],
  });
});

test('a group that empties is deleted, and nothing is remembered of it', () => {
  const running = run('MATCH (a:alerts) RETURN a.severity AS s, count(*) AS n', METRICS, READINGS);
  expect(running.set({alerts: ''}).deleted).toEqual(['{"s":"high","n":1}', '{"s":"low","n":2}']);
  expect(running.size).toBe(0);
});

test.each([
  ["t > localdatetime('2024-01-01T10:00')", ['2']],
  ["localdatetime('2024-01-01T10:00') = t", ['1']],
  // Finer than the column: nothing is rounded away.
  ["t < localdatetime('2024-01-01T10:00:00.0000001')", ['1']],
  ["z = datetime('2024-01-01T11:00+01:00')", ['1']],
  ["d >= date('2024-01-02')", ['2']],
  ["t > date('2020-01-01')", []],
])('the condition %s on temporal columns holds for %j', (condition, ids) => {
  const catalog = catalogOf({e: 'id int4, t timestamp, z timestamptz, d date'});
  const data = {
    e: `1 | 2024-01-01 10:00:00 | 2024-01-01 10:00:00+00 | 2024-01-01
        2 | 2024-01-01 10:00:00.000001 | \\N | 2024-01-02`,
  };
  const named = condition.replace(/\b([tzd])\b(?![(:'-])/g, 'e.$1');
  const {rows} = run(`MATCH (e:e) WHERE ${named} RETURN e.id`, catalog, data);
  expect(rows).toEqual(ids.map((id) => `{"id":${id}}`));
});

test('json is a map of which every number keeps its digits', () => {
  const catalog = catalogOf({docs: 'id int4, body jsonb'});
  const data = {docs: '1 | {"a": {"b": [1, 12345678901234567890.10]}, "t": "1.5\\"2.5"}'};
  const query = "MATCH (d:docs) RETURN d.body.a.b[1] AS n, d.body['t'] AS t, d.body.x AS x";
  expect(run(query, catalog, data).rows).toEqual([
    '{"n":12345678901234567890.10,"t":"1.5\\"2.5","x":null}',
  ]);
});

test('rand is the same whenever a row is looked at', () => {
  const query = 'MATCH (m:metrics) RETURN m.id, rand() AS r';
  const [first, second] = [run(query, METRICS, READINGS), run(query, METRICS, READINGS)];
  expect(first.rows).toEqual(second.rows);
  expect(new Set(first.rows.map((row) => row.split('"r":')[1])).size).toBe(3);
});
