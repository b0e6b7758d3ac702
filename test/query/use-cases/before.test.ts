import {expect, test} from 'vitest';
import {added, deleted, QUIET, story} from './story.ts';

test('a state is told with what it was before it changed', () => {
  const doors = story({
    tables: {door: 'id text, state text'},
    query: `
      MATCH (d:door)
      WHERE d.state = 'open' AND drasi.previousDistinctValue(d.state) = 'locked'
      RETURN d.id, d.state`,
    data: {door: 'a|locked\nb|closed'},
  });
  expect(doors.rows).toEqual([]);
  expect(doors.set({door: 'a|open\nb|open'})).toEqual(added('{"id":"a","state":"open"}'));
  expect(doors.set({door: 'a|closed\nb|open'})).toEqual(deleted('{"id":"a","state":"open"}'));
  expect(doors.set({door: 'a|open\nb|locked'})).toEqual(QUIET);
  expect(doors.set({door: 'a|open\nb|open'})).toEqual(added('{"id":"b","state":"open"}'));
});
