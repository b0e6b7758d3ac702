import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

const building = {
  tables: {
    building: 'id text, name text',
    floor: 'id text, building text',
    room: 'id text, floor text, temp int4, humidity int4, co2 int4',
  },
  joins: [
    {
      id: 'PART_OF',
      keys: [
        {label: 'floor', property: 'building'},
        {label: 'building', property: 'id'},
      ],
    },
    {
      id: 'ON',
      keys: [
        {label: 'room', property: 'floor'},
        {label: 'floor', property: 'id'},
      ],
    },
  ],
  data: {
    building: 'b|Mill',
    floor: 'f1|b\nf2|b',
    room: 'r1|f1|70|40|10\nr2|f1|72|44|500\nr3|f2|70|40|700',
  },
};
const COMFORT = `floor(50 + (r.temp - 72) + (r.humidity - 42)
  + CASE WHEN r.co2 > 500 THEN (r.co2 - 500) / 25 ELSE 0 END)`;

test('the comfort of each room follows its readings', () => {
  const rooms = story({...building, query: `MATCH (r:room) RETURN r.id, ${COMFORT} AS comfort`});
  expect(rooms.rows).toEqual([
    '{"id":"r1","comfort":46}',
    '{"id":"r2","comfort":52}',
    '{"id":"r3","comfort":54}',
  ]);
  expect(rooms.set({room: 'r1|f1|72|42|10\nr2|f1|72|44|499\nr3|f2|70|40|700'})).toEqual(
    updated('{"id":"r1","comfort":46} -> {"id":"r1","comfort":50}'),
  );
});

test('a floor is told when its rooms become uncomfortable on the average, and when they are well again', () => {
  const floors = story({
    ...building,
    query: `
      MATCH (r:room)-[:ON]->(f:floor)-[:PART_OF]->(b:building)
      WITH b, f, avg(${COMFORT}) AS comfort
      WHERE comfort < 45 OR comfort > 53
      RETURN b.name AS building, f.id AS floor, comfort`,
  });
  expect(floors.rows).toEqual(['{"building":"Mill","floor":"f2","comfort":54}']);
  expect(floors.set({room: 'r1|f1|60|40|10\nr2|f1|72|44|500\nr3|f2|70|40|700'})).toEqual(
    added('{"building":"Mill","floor":"f1","comfort":44}'),
  );
  expect(floors.set({room: 'r1|f1|60|40|10\nr2|f1|72|44|500\nr3|f2|70|40|500'})).toEqual(
    deleted('{"building":"Mill","floor":"f2","comfort":54}'),
  );
  expect(floors.set({room: 'r2|f1|72|44|500'})).toEqual(
    deleted('{"building":"Mill","floor":"f1","comfort":44}'),
  );
  expect(floors.set({building: 'b|Barn'})).toEqual(QUIET);
});
