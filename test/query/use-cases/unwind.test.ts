import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

const tires = (...pressures: number[]) =>
  `1|${JSON.stringify({tires: pressures.map((pressure, i) => ({at: `t${i}`, pressure}))})}`;
const query =
  'MATCH (v:vehicle)-[:HAS]->(t:Tire) WHERE t.pressure < 200 RETURN v.id, t.at, t.pressure';

test('each tire of a vehicle is watched by itself', () => {
  const low = story({
    tables: {vehicle: 'id int4, doc jsonb'},
    middleware: [
      {
        kind: 'unwind',
        name: 'tires',
        config: {
          vehicle: [{selector: '$.doc.tires[*]', label: 'Tire', key: '$.at', relation: 'HAS'}],
        },
      },
    ],
    query,
    data: {vehicle: tires(250, 250)},
  });
  expect(low.rows).toEqual([]);
  expect(low.set({vehicle: tires(250, 190)})).toEqual(added('{"id":1,"at":"t1","pressure":190}'));
  expect(low.set({vehicle: tires(250, 180)})).toEqual(
    updated('{"id":1,"at":"t1","pressure":190} -> {"id":1,"at":"t1","pressure":180}'),
  );
  expect(low.set({vehicle: tires(251, 180)})).toEqual(QUIET);
  expect(low.set({vehicle: tires(251)})).toEqual(deleted('{"id":1,"at":"t1","pressure":180}'));
});

test('UNWIND in the query does the same without middleware', () => {
  const low = story({
    tables: {vehicle: 'id int4, doc jsonb'},
    query: `
      MATCH (v:vehicle) UNWIND v.doc.tires AS t
      WITH v, t WHERE t.pressure < 200
      RETURN v.id, t.at AS at, t.pressure AS pressure`,
    data: {vehicle: tires(250, 190)},
  });
  expect(low.rows).toEqual(['{"id":1,"at":"t1","pressure":190}']);
  expect(low.set({vehicle: tires(199, 190)})).toEqual(added('{"id":1,"at":"t0","pressure":199}'));
});
