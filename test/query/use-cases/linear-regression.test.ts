import {expect, test} from 'vitest';
import {deleted, story, updated} from './story.ts';

test('the slope of the readings of each sensor is kept', () => {
  const slopes = story({
    tables: {readings: 'id int4, sensor text, hour int4, level float8'},
    query:
      'MATCH (r:readings) RETURN r.sensor AS sensor, drasi.linearGradient(r.hour, r.level) AS slope',
    data: {readings: '1|a|1|2\n2|a|2|4\n3|a|3|6\n4|b|1|1\n5|b|2|1'},
  });
  expect(slopes.rows).toEqual(['{"sensor":"a","slope":2}', '{"sensor":"b","slope":0}']);
  expect(slopes.set({readings: '1|a|1|2\n2|a|2|4\n3|a|3|9\n4|b|1|1\n5|b|2|1'})).toEqual(
    updated('{"sensor":"a","slope":2} -> {"sensor":"a","slope":3.5}'),
  );
  expect(slopes.set({readings: '1|a|1|2\n2|a|2|4\n4|b|1|1\n5|b|2|1'})).toEqual(
    updated('{"sensor":"a","slope":3.5} -> {"sensor":"a","slope":2}'),
  );
  expect(slopes.set({readings: '4|b|1|1\n5|b|2|1'})).toEqual(deleted('{"sensor":"a","slope":2}'));
});
