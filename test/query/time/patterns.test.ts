import {expect, test} from 'vitest';
import {catalogOf} from '../cypher/running.ts';
import {START, story} from './running.ts';

const plant = catalogOf(
  {sensors: 'id int4, patience int4', readings: 'id int4, sensor int4, at timestamptz'},
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

const at = (minute: number): string =>
  new Date(START / 1000 + minute * 60_000).toISOString().replace('T', ' ').replace('Z', '+00');

test('silence: a sensor without a reading for an hour comes by itself, and goes with a reading', () => {
  const silent = story(
    `MATCH (s:sensors) WHERE NOT EXISTS {
       MATCH (s)<-[:READ_BY]-(r) WHERE r.at > datetime() - duration({hours: 1})
     } RETURN s.id AS id`,
    plant,
  );
  expect(silent.at(0, {sensors: ['1|5', '2|5'], readings: [`1|1|${at(0)}`]})).toEqual([
    '+{"id":2}',
  ]);
  expect(silent.at(30, {readings: [`2|1|${at(30)}`]})).toEqual([]);
  expect(silent.until(100)).toEqual(['90: +{"id":1}']);
  expect(silent.at(101, {readings: [`3|1|${at(101)}`, `4|2|${at(50)}`]})).toEqual([
    '-{"id":1}',
    '-{"id":2}',
  ]);
  expect(silent.until(200)).toEqual(['110: +{"id":2}', '161: +{"id":1}']);
  silent.at(201, {sensors: ['-1', '-2'], readings: ['-1', '-2', '-3', '-4']});
  expect([silent.rows, silent.size, silent.due]).toEqual([[], 0, undefined]);
});

test('an OPTIONAL MATCH may look at the clock, with what the row at hand says', () => {
  const fresh = story(
    `MATCH (s:sensors)
     OPTIONAL MATCH (s)<-[:READ_BY]-(r) WHERE r.at > datetime() - duration({minutes: s.patience})
     RETURN s.id AS id, r.id AS reading`,
    plant,
  );
  fresh.at(0, {sensors: ['1|5', '2|10'], readings: [`1|1|${at(0)}`, `2|2|${at(0)}`]});
  expect(fresh.rows).toEqual(['{"id":1,"reading":1}', '{"id":2,"reading":2}']);
  expect(fresh.until(60)).toEqual([
    '5: -{"id":1,"reading":1}+{"id":1,"reading":null}',
    '10: -{"id":2,"reading":2}+{"id":2,"reading":null}',
  ]);
});

test('a list of a pattern loses its elements as time passes', () => {
  const recent = story(
    `MATCH (s:sensors)
     RETURN s.id AS id, size([(s)<-[:READ_BY]-(r) WHERE r.at > datetime() - duration('PT10M') | r]) AS n`,
    plant,
  );
  recent.at(0, {sensors: ['1|5'], readings: [`1|1|${at(0)}`, `2|1|${at(-4)}`]});
  expect(recent.rows).toEqual(['{"id":1,"n":2}']);
  expect(recent.until(60)).toEqual([
    '6: -{"id":1,"n":2}+{"id":1,"n":1}',
    '10: -{"id":1,"n":1}+{"id":1,"n":0}',
  ]);
});
