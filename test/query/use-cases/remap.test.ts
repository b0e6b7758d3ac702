import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

const mapping = {
  label: 'Vehicle',
  id: '$.vehicle',
  properties: {id: '$.vehicle', speed: '$.data.speed'},
};

test('telemetry is remapped to the vehicles that it tells of', () => {
  const vehicles = story({
    tables: {telemetry: 'id int4, vehicle text, data jsonb'},
    middleware: [
      {kind: 'map', name: 'latest', config: {telemetry: {insert: [{op: 'Update', ...mapping}]}}},
    ],
    query: 'MATCH (v:Vehicle) WHERE v.speed > 100 RETURN v.id, v.speed',
    data: {telemetry: '1|v1|{"speed": 119}\n2|v2|{"speed": 40}'},
  });
  expect(vehicles.rows).toEqual(['{"id":"v1","speed":119}']);
  const log = '1|v1|{"speed": 119}\n2|v2|{"speed": 40}';
  expect(vehicles.set({telemetry: `${log}\n3|v1|{"speed": 121}`})).toEqual(
    updated('{"id":"v1","speed":119} -> {"id":"v1","speed":121}'),
  );
  expect(vehicles.set({telemetry: `${log}\n3|v1|{"speed": 121}\n4|v1|{"speed": 90}`})).toEqual(
    deleted('{"id":"v1","speed":121}'),
  );
  const more = `${log}\n3|v1|{"speed": 121}\n4|v1|{"speed": 90}\n5|v2|{"speed": 101}`;
  expect(vehicles.set({telemetry: more})).toEqual(added('{"id":"v2","speed":101}'));
  expect(vehicles.set({telemetry: `${more}\n6|v2|{"speed": 101}`})).toEqual(QUIET);
});
