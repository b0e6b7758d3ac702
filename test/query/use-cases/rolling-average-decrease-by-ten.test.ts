import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

test('a sensor is told when its latest reading is ten below the mean of those before', () => {
  const dropped = story({
    tables: {sensor: 'id text, latest int4', reading: 'id int4, sensor text, value int4'},
    joins: [
      {
        id: 'OF',
        keys: [
          {label: 'reading', property: 'sensor'},
          {label: 'sensor', property: 'id'},
        ],
      },
    ],
    query: `
      MATCH (r:reading)-[:OF]->(s:sensor)
      WHERE r.id < s.latest AND r.id >= s.latest - 3
      WITH s, avg(r.value) AS mean
      MATCH (last:reading {id: s.latest})
      WHERE last.value <= mean - 10
      RETURN s.id, mean, last.value AS now`,
    data: {sensor: 's|4', reading: '1|s|50\n2|s|52\n3|s|54\n4|s|51'},
  });
  expect(dropped.rows).toEqual([]);
  const four = '1|s|50\n2|s|52\n3|s|54\n4|s|51';
  expect(dropped.set({sensor: 's|5', reading: `${four}\n5|s|40`})).toEqual(
    added('{"id":"s","mean":52.333333333333336,"now":40}'),
  );
  expect(dropped.set({reading: `${four}\n5|s|39`})).toEqual(
    updated(
      '{"id":"s","mean":52.333333333333336,"now":40} -> {"id":"s","mean":52.333333333333336,"now":39}',
    ),
  );
  expect(dropped.set({sensor: 's|6', reading: `${four}\n5|s|39\n6|s|45`})).toEqual(
    deleted('{"id":"s","mean":52.333333333333336,"now":39}'),
  );
  expect(dropped.set({reading: `${four}\n5|s|39\n6|s|46`})).toEqual(QUIET);
});
