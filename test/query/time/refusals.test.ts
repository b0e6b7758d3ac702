import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {catalogOf} from '../cypher/running.ts';

const catalog = catalogOf({
  metrics: 'id int4, value float8, at timestamptz, seen timestamp, day date, ms int8, name text',
});

/** `line:column [code] message`, of every Problem that the query has. */
function problemsIn(query: string): readonly string[] {
  try {
    compileCypher(`MATCH (m:metrics) ${query}`, catalog);
    return [];
  } catch (error) {
    return problemsOf(error).map(
      ({code, message, place}) => `${place?.line}:${place?.column} [${code}] ${message}`,
    );
  }
}

test.each([
  'WHERE m.at > datetime.realtime() - duration({minutes: 5}) RETURN m.id',
  'WHERE DATETIME.Statement() < m.at RETURN m.id',
  'WHERE m.seen + duration({days: 1}) < localdatetime() RETURN m.id',
  'WHERE m.day = date() RETURN m.id',
  'WHERE date() - duration({days: 7}) <= m.day < date() RETURN m.id',
  'WHERE m.ms >= timestamp() - 1000 RETURN m.id',
  'WHERE m.value > datetime().epochSeconds RETURN m.id',
  'WHERE DRASI.truefor(m.value > 1, 1000) RETURN m.id',
  'RETURN m.at > datetime() AS future',
  'RETURN CASE WHEN m.at > datetime() THEN 1 ELSE 2 END AS n',
  'WITH m ORDER BY drasi.previousValue(m.value) LIMIT 1 RETURN m.id',
  'WITH count(*) AS n WHERE drasi.trueFor(n > 3, duration("PT1M")) RETURN n',
])('%s is taken', (query) => {
  expect(problemsIn(query)).toEqual([]);
});

test.each([
  ['RETURN datetime() AS now', '1:26 [current-time] the current time, datetime(), cannot be used'],
  ['WHERE datetime() > datetime() RETURN m', '1:25 [current-time] the current time cannot'],
  ['WHERE datetime().hour > 8 RETURN m', '1:25 [current-time] the current time cannot'],
  ['WHERE datetime() - m.ms + m.ms > m.at RETURN m', '1:25 [current-time] the current time cannot'],
  [
    'WHERE localtime() > localtime("10:00") RETURN m',
    '1:25 [current-time] the current time cannot',
  ],
  ['WHERE m.seen > datetime() RETURN m', '1:25 [cypher-type] a value of type timestamp does not'],
  ['WHERE m.name > datetime() RETURN m', '1:25 [cypher-type] a value of type text does not'],
  ['WHERE "x" > timestamp() RETURN m', '1:25 [cypher-type] a value of type text does not'],
  ['WHERE drasi.trueFor(m.value) RETURN m', '1:25 [cypher-arguments] function "drasi.trueFor"'],
  ['WHERE drasi.trueFor(m.value, 1) RETURN m', '1:39 [cypher-type] a condition is true or false'],
  ['RETURN drasi.slidingWindow(1000, m.value) AS w', '1:26 [cypher-'],
  [
    'RETURN drasi.slidingWindow(1000) AS w',
    '1:26 [cypher-arguments] function "drasi.slidingWindow"',
  ],
  [
    'RETURN drasi.previousValue(avg(m.value)) AS p',
    '1:26 [time-function-misplaced] drasi.previousValue over',
  ],
  ['RETURN [m IN [1] | drasi.previousValue(m)] AS p', '1:38 [time-function-misplaced] drasi'],
  [
    'OPTIONAL MATCH (n:metrics) WHERE drasi.trueFor(n.id = m.id, 1) RETURN n',
    '1:52 [time-function-misplaced] drasi.trueFor cannot stand here',
  ],
  [
    'RETURN drasi.changeDateTime(m.id) AS c',
    '1:26 [time-function-misplaced] drasi.changeDateTime of',
  ],
  ['RETURN drasi.trueFour(true, 1) AS c', '1:26 [cypher-unknown-function] there is no function'],
])('%s is refused', (query, expected) => {
  expect(problemsIn(query).map((problem) => problem.slice(0, expected.length))).toEqual([expected]);
});

test('a wrong clock is refused with the right one', () => {
  try {
    compileCypher('MATCH (m:metrics) WHERE m.seen > datetime() RETURN m.id', catalog);
    expect.fail('it was taken');
  } catch (error) {
    expect(problemsOf(error).map(({hint}) => hint)).toEqual(['compare it with localdatetime()']);
  }
});

test('a misspelled function of time is told its name', () => {
  try {
    compileCypher('MATCH (m:metrics) RETURN drasi.trueFour(true, 1) AS x', catalog);
    expect.fail('it was taken');
  } catch (error) {
    expect(problemsOf(error)[0]?.hint).toBe('did you mean "drasi.trueFor"?');
  }
});
