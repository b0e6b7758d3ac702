import {expect, test} from 'vitest';
import {added, story} from './story.ts';

test('a reading that is further from the mean than one standard deviation is told', () => {
  const readings = story({
    tables: {readings: 'id int4, value float8'},
    query: `
      MATCH (r:readings)
      WITH avg(r.value) AS mean, stDevP(r.value) AS deviation
      MATCH (r:readings)
      WHERE abs(r.value - mean) > deviation
      RETURN r.id, r.value`,
    data: {readings: '1|10\n2|10\n3|10\n4|10'},
  });
  expect(readings.rows).toEqual([]);
  expect(readings.set({readings: '1|10\n2|10\n3|10\n4|10\n5|20'})).toEqual(
    added('{"id":5,"value":20}'),
  );
  expect(readings.set({readings: '1|10\n2|10\n3|20\n4|10\n5|20'})).toEqual({
    added: ['{"id":3,"value":20}'],
    updated: [],
    deleted: [],
  });
  expect(readings.set({readings: '1|10\n2|20\n3|20\n4|10\n5|20'})).toEqual({
    added: ['{"id":1,"value":10}', '{"id":4,"value":10}'],
    updated: [],
    deleted: ['{"id":3,"value":20}', '{"id":5,"value":20}'],
  });
});
