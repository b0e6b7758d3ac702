import {expect, test} from 'vitest';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {catalogOf} from '../cypher/running.ts';
import {story} from './running.ts';

const plant = catalogOf(
  {
    sensors: 'id int4, room text',
    readings: 'id int4, sensor int4, value float8',
    freezers: 'id int4, temp float8',
  },
  [
    {
      id: 'READ_BY',
      keys: [
        {label: 'readings', property: 'sensor'},
        {label: 'sensors', property: 'id'},
      ],
    },
  ],
);

test('crosses above and stays above: told after 15 minutes without a break, gone at once below', () => {
  const freezers = story(
    `MATCH (f:freezers) WHERE drasi.trueFor(f.temp > 32, duration({minutes: 15}))
     RETURN f.id AS id, f.temp AS temp`,
    plant,
  );
  expect(freezers.at(0, {freezers: ['1|40', '2|20']})).toEqual([]);
  expect(freezers.at(5, {freezers: ['1|41', '2|33']})).toEqual([]);
  expect(freezers.at(10, {freezers: ['2|30']})).toEqual([]);
  expect(freezers.at(11, {freezers: ['2|35']})).toEqual([]);
  expect(freezers.until(60)).toEqual(['15: +{"id":1,"temp":41}', '26: +{"id":2,"temp":35}']);
  expect(freezers.at(61, {freezers: ['1|31', '2|50']})).toEqual([
    '-{"id":1,"temp":41}',
    '-{"id":2,"temp":35}+{"id":2,"temp":50}',
  ]);
  expect(freezers.due).toBeUndefined();
  freezers.at(62, {freezers: ['-1', '-2']});
  expect([freezers.rows, freezers.size]).toEqual([[], 0]);
});

test('true until a moment after the last change: every change starts anew', () => {
  const freezers = story(
    `MATCH (f:freezers)
     WHERE drasi.trueUntil(f.temp > 32, drasi.changeDateTime(f) + duration({minutes: 15}))
     RETURN f.id AS id, drasi.changeDateTime(f) AS since`,
    plant,
  );
  freezers.at(0, {freezers: ['1|40', '2|40']});
  freezers.at(10, {freezers: ['1|45']});
  expect(freezers.until(60)).toEqual([
    '15: +{"id":2,"since":"2026-03-02T08:00:00Z"}',
    '25: +{"id":1,"since":"2026-03-02T08:10:00Z"}',
  ]);
});

test('crosses above three times in an hour: crossings leave the window by themselves', () => {
  const log = catalogOf({crossings: 'id int4, sensor int4, before float8, value float8'});
  const alarms = story(
    `MATCH (c:crossings) WHERE c.before <= 32 AND c.value > 32
     WITH c.sensor AS sensor, drasi.slidingWindow(duration({hours: 1}), count(c)) AS times
     WHERE times >= 3
     RETURN sensor, times`,
    log,
  );
  expect(alarms.at(0, {crossings: ['1|7|30|33', '2|8|30|33']})).toEqual([]);
  expect(alarms.at(20, {crossings: ['3|7|31|35', '4|7|35|36']})).toEqual([]);
  expect(alarms.at(50, {crossings: ['5|7|10|40']})).toEqual(['+{"sensor":7,"times":3}']);
  expect(alarms.at(55, {crossings: ['6|7|10|40']})).toEqual([
    '-{"sensor":7,"times":3}+{"sensor":7,"times":4}',
  ]);
  expect(alarms.until(300)).toEqual([
    '60: -{"sensor":7,"times":4}+{"sensor":7,"times":3}',
    '80: -{"sensor":7,"times":3}',
  ]);
});

test('decrease by ten: the value before is known, also of rows that did not match', () => {
  const drops = story(
    `MATCH (f:freezers)
     WITH f.id AS id, f.temp AS temp, drasi.previousDistinctValue(f.temp) AS before
     WHERE before - temp >= 10
     RETURN id, before, temp`,
    plant,
  );
  expect(drops.at(0, {freezers: ['1|50', '2|5']})).toEqual([]);
  expect(drops.at(1, {freezers: ['1|45']})).toEqual([]);
  expect(drops.at(2, {freezers: ['1|30']})).toEqual(['+{"id":1,"before":45,"temp":30}']);
  expect(drops.at(3, {freezers: ['1|29']})).toEqual(['-{"id":1,"before":45,"temp":30}']);
  expect(drops.until(100)).toEqual([]);
});

test('previous values: a change that leaves the value is one for one of the two', () => {
  const both = story(
    `MATCH (r:readings)
     RETURN r.id AS id, drasi.previousValue(r.value, 0.5) AS last,
       drasi.previousDistinctValue(r.value, 0.5) AS other`,
    plant,
  );
  expect(both.at(0, {readings: ['1|1|7']})).toEqual(['+{"id":1,"last":0.5,"other":0.5}']);
  both.at(1, {readings: ['1|1|8']});
  expect(both.rows).toEqual(['{"id":1,"last":7,"other":7}']);
  both.at(2, {readings: ['1|2|8']});
  expect(both.rows).toEqual(['{"id":1,"last":8,"other":7}']);
});

test('overdue invoice: three days after it was written, unless it is paid', () => {
  const invoices = catalogOf({invoices: 'id int4, written date, status text'});
  const overdue = story(
    `MATCH (i:invoices)
     WHERE i.status = 'unpaid'
       AND drasi.trueLater(i.status = 'unpaid', i.written + duration({days: 3}))
     RETURN i.id AS id`,
    invoices,
  );
  overdue.at(0, {invoices: ['1|2026-03-02|unpaid', '2|2026-03-02|unpaid', '3|2026-02-01|unpaid']});
  expect(overdue.rows).toEqual(['{"id":3}']);
  overdue.at(60, {invoices: ['2|2026-03-02|paid']});
  const midnight = 16 * 60 + 2 * 24 * 60;
  expect(overdue.until(midnight + 10)).toEqual([`${midnight}: +{"id":1}`]);
  expect(overdue.at(midnight + 20, {invoices: ['1|2026-03-02|paid']})).toEqual(['-{"id":1}']);
});

test('sensor heartbeat: silence is told an hour after the last reading, and ends with the next', () => {
  const silent = story(
    `MATCH (r:readings)-[:READ_BY]->(s:sensors)
     WITH s.id AS id, s.room AS room, max(drasi.changeDateTime(r)) AS last
     WHERE drasi.trueNowOrLater(
       last <= datetime.realtime() - duration({minutes: 60}), last + duration({minutes: 60}))
     RETURN id, room, last`,
    plant,
  );
  silent.at(0, {sensors: ['1|hall', '2|roof'], readings: ['1|1|20', '2|2|20']});
  silent.at(30, {readings: ['3|1|21']});
  expect(silent.until(59)).toEqual([]);
  expect(silent.until(100)).toEqual([
    '60: +{"id":2,"room":"roof","last":"2026-03-02T08:00:00Z"}',
    '90: +{"id":1,"room":"hall","last":"2026-03-02T08:30:00Z"}',
  ]);
  expect(silent.at(101, {readings: ['4|2|20']})).toEqual([
    '-{"id":2,"room":"roof","last":"2026-03-02T08:00:00Z"}',
  ]);
  expect(silent.until(200)).toEqual(['161: +{"id":2,"room":"roof","last":"2026-03-02T09:41:00Z"}']);
});

test('incident alert: who works where it has been hot for ten minutes', () => {
  const site = catalogOf({regions: 'id text, temp float8', staff: 'name text, region text'}, [
    {
      id: 'WORKS_IN',
      keys: [
        {label: 'staff', property: 'region'},
        {label: 'regions', property: 'id'},
      ],
    },
  ]);
  const alerts = story(
    `MATCH (s:staff)-[:WORKS_IN]->(r:regions)
     WHERE drasi.trueFor(r.temp > 50, duration({minutes: 10}))
     RETURN s.name AS name, r.id AS region`,
    site,
  );
  alerts.at(0, {regions: ['a|60', 'b|20'], staff: ['ann|a', 'bob|b']});
  alerts.at(4, {regions: ['b|70']});
  alerts.at(5, {staff: ['cho|a']});
  expect(alerts.until(60)).toEqual([
    '10: +{"name":"ann","region":"a"}',
    '14: +{"name":"bob","region":"b"}',
    '15: +{"name":"cho","region":"a"}',
  ]);
  expect(alerts.at(61, {staff: ['ann|b']})).toEqual(['-{"name":"ann","region":"a"}']);
});

test('windows: an average of the last ten minutes, in which each row counts once', () => {
  const averages = story(
    `MATCH (r:readings)
     RETURN r.sensor AS sensor, drasi.slidingWindow(duration({minutes: 10}), avg(r.value)) AS mean,
       count(*) AS rows`,
    plant,
  );
  averages.at(0, {readings: ['1|1|10']});
  averages.at(4, {readings: ['2|1|20']});
  expect(averages.rows).toEqual(['{"sensor":1,"mean":15,"rows":2}']);
  averages.at(6, {readings: ['1|1|40']});
  expect(averages.rows).toEqual(['{"sensor":1,"mean":30,"rows":2}']);
  expect(averages.until(30)).toEqual([
    '14: -{"sensor":1,"mean":30,"rows":2}+{"sensor":1,"mean":40,"rows":2}',
    '16: -{"sensor":1,"mean":40,"rows":2}+{"sensor":1,"mean":null,"rows":2}',
  ]);
});

test('rolling average decreases by ten: a window, and what it said before', () => {
  const falls = story(
    `MATCH (r:readings)
     WITH r.sensor AS sensor, drasi.slidingWindow(duration({minutes: 10}), avg(r.value)) AS mean
     WITH sensor, mean, drasi.previousDistinctValue(mean) AS before
     WHERE before - mean >= 10
     RETURN sensor, before, mean`,
    plant,
  );
  falls.at(0, {readings: ['1|1|60']});
  falls.at(5, {readings: ['2|1|20']});
  expect(falls.rows).toEqual(['{"sensor":1,"before":60,"mean":40}']);
  expect(falls.until(30)).toEqual([
    '10: -{"sensor":1,"before":60,"mean":40}+{"sensor":1,"before":40,"mean":20}',
    '15: -{"sensor":1,"before":40,"mean":20}',
  ]);
});

test('future aggregations: rows enter and leave a sum by themselves', () => {
  const shop = catalogOf({orders: 'id int4, customer text, total int4, due timestamptz'});
  const owed = story(
    `MATCH (o:orders) WHERE drasi.trueLater(o.total > 0, o.due)
     RETURN o.customer AS customer, sum(o.total) AS owed, count(o) AS orders`,
    shop,
  );
  owed.at(0, {
    orders: [
      '1|eve|10|2026-03-02 08:05:00+00',
      '2|eve|20|2026-03-02 08:10:00+00',
      '3|kim|5|2026-03-02 09:00:00+00',
    ],
  });
  expect(owed.until(120)).toEqual([
    '5: +{"customer":"eve","owed":10,"orders":1}',
    '10: -{"customer":"eve","owed":10,"orders":1}+{"customer":"eve","owed":30,"orders":2}',
    '60: +{"customer":"kim","owed":5,"orders":1}',
  ]);
});

test('a moving window: rows leave when they have become too old', () => {
  const fresh = story(
    `MATCH (m:metrics) WHERE m.name <> 'x' AND m.updated_at > datetime() - duration({minutes: 5})
     RETURN m.name AS name`,
    catalogOf({metrics: 'id int4, name text, updated_at timestamptz'}),
  );
  fresh.at(0, {metrics: ['1|a|2026-03-02 08:00:00+00', '2|x|2026-03-02 08:00:00+00']});
  fresh.at(1, {metrics: ['3|b|2026-03-02 07:58:30+00', '4|c|2026-03-02 09:00:00+00', '5|d|\\N']});
  expect(fresh.rows).toEqual(['{"name":"a"}', '{"name":"b"}', '{"name":"c"}']);
  expect(fresh.until(1000)).toEqual([
    '3.5: -{"name":"b"}',
    '5: -{"name":"a"}',
    '65: -{"name":"c"}',
  ]);
  expect(fresh.due).toBeUndefined();
});

test.each([
  ['timestamp() - 60000 < e.ms', 'e.ms > timestamp() - 60000'],
  ['datetime().epochMillis < e.ms + 60000', 'NOT e.ms + 60000 <= datetime().epochMillis'],
])('a clock of milliseconds stands on either side: %s', (one, other) => {
  const catalog = catalogOf({events: 'id int4, ms int8'});
  const told = [one, other].map((condition) => {
    const recent = story(`MATCH (e:events) WHERE ${condition} RETURN e.id AS id`, catalog);
    const ms = Date.UTC(2026, 2, 2, 8);
    return [recent.at(0, {events: [`1|${ms}`, `2|${ms - 30_000}`, '3|\\N']}), recent.until(10)];
  });
  expect(told[0]).toEqual([
    ['+{"id":1}', '+{"id":2}'],
    ['0.5: -{"id":2}', '1: -{"id":1}'],
  ]);
  expect(told[1]).toEqual(told[0]);
});

test('a condition that waits is null where it is returned', () => {
  const states = story(
    `MATCH (f:freezers) RETURN f.id AS id, drasi.trueFor(f.temp > 32, 60000) AS hot`,
    plant,
  );
  states.at(0, {freezers: ['1|40', '2|1', '3|\\N']});
  expect(states.rows).toEqual([
    '{"id":1,"hot":null}',
    '{"id":2,"hot":false}',
    '{"id":3,"hot":null}',
  ]);
  expect(states.until(9)).toEqual(['1: -{"id":1,"hot":null}+{"id":1,"hot":true}']);
});

test('a condition beside a time function does not interrupt its history', () => {
  const hot = story(
    `MATCH (s:sensors), (r:readings) WHERE s.id = r.sensor AND s.room = 'hall'
       AND drasi.trueFor(r.value > 32, duration({minutes: 10})) RETURN r.id AS id`,
    plant,
  );
  hot.at(0, {sensors: ['1|roof', '2|roof'], readings: ['1|1|40']});
  // Only the pair that belongs together is remembered: not every pair.
  expect(hot.size).toBeLessThanOrEqual(4);
  hot.at(8, {sensors: ['1|hall']});
  expect(hot.until(60)).toEqual(['10: +{"id":1}']);
});

test('the last value and the slope of the line are aggregates', () => {
  const lines = story(
    `MATCH (r:readings) RETURN r.sensor AS sensor, drasi.last(r.value) AS last,
       drasi.linearGradient(r.id, r.value) AS slope`,
    plant,
  );
  lines.at(0, {readings: ['1|1|10']});
  expect(lines.rows).toEqual(['{"sensor":1,"last":10,"slope":null}']);
  lines.at(1, {readings: ['2|1|12', '3|1|14']});
  expect(lines.rows).toEqual(['{"sensor":1,"last":14,"slope":2}']);
  lines.at(2, {readings: ['1|1|13']});
  expect(lines.rows).toEqual(['{"sensor":1,"last":13,"slope":0.5}']);
});

test('a row carries its change time only where it is asked for, and shows it nowhere else', () => {
  const whole = story(
    `MATCH (f:freezers) WITH f, drasi.changeDateTime(f) AS at RETURN f, keys(f) AS keys, at`,
    plant,
  );
  whole.at(3, {freezers: ['1|40']});
  expect(whole.rows).toEqual([
    '{"f":{"id":1,"temp":40},"keys":["id","temp"],"at":"2026-03-02T08:03:00Z"}',
  ]);
});

test('what time alone does to a row is no change of it for the functions beside', () => {
  const both = story(
    `MATCH (r:events)
     RETURN r.id AS id, r.at <= datetime() AS past, drasi.previousValue(r.value) AS before,
       drasi.trueFor(r.at <= datetime() AND r.value > 0, duration({minutes: 1})) AS settled,
       drasi.previousValue(r.value, -1) AS again`,
    catalogOf({events: 'id int4, value int4, at timestamptz'}),
  );
  both.at(0, {events: ['1|7|2026-03-02 08:05:00+00']});
  expect(both.until(60).map((edit) => edit.slice(edit.indexOf('+')))).toEqual([
    '+{"id":1,"past":true,"before":null,"settled":null,"again":-1}',
    '+{"id":1,"past":true,"before":null,"settled":true,"again":-1}',
  ]);
  both.at(61, {events: ['1|8|2026-03-02 08:05:00+00']});
  expect(both.rows).toEqual(['{"id":1,"past":true,"before":7,"settled":true,"again":7}']);
});

test('conditions go below what knows no history, and stay above what does', () => {
  const catalog = catalogOf({metrics: 'id int4, name text, value float8, at timestamptz'});
  const planned = (condition: string): string =>
    dataflow(
      optimise(
        compileCypher(
          `MATCH (m:metrics) WHERE m.name = 'a' AND ${condition} RETURN m.id AS id`,
          catalog,
        ),
      ),
    ).explain();
  expect(
    planned('m.at > datetime()')
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    'project id',
    'project id, name, value, at',
    'filter now <',
    'timed now <(at, PT0S)',
    "filter text =(name, 'a')",
    'scan public.metrics',
  ]);
  expect(
    planned('drasi.trueFor(m.value > 1, 1000)')
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    'project id',
    'project id, name, value, at',
    "filter (text =(name, 'a') and true_for)",
    'timed true_for(float >(value, 1), PT1S)',
    'scan public.metrics',
  ]);
});
