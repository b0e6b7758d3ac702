import {expect, test} from 'vitest';
import {deleted, QUIET, story, updated} from './story.ts';

test('what stands inside of a jsonb column is read, compared and listed', () => {
  const things = story({
    tables: {things: 'id int4, doc jsonb'},
    query: `
      MATCH (t:things)
      WHERE t.doc.status.temp > 20 AND t.doc.tags[0] = 'room'
      RETURN t.id, t.doc.status.temp AS temp, size(t.doc.tags) AS tags,
        [tag IN t.doc.tags WHERE tag CONTAINS 'o' | toUpper(tag)] AS os`,
    data: {
      things:
        '1|{"status": {"temp": 21.50}, "tags": ["room", "top", "s"]}\n2|{"status": {}, "tags": ["room"]}\n3|{}',
    },
  });
  expect(things.rows).toEqual(['{"id":1,"temp":21.50,"tags":3,"os":["ROOM","TOP"]}']);
  const second = '{"status": {"temp": 22}, "tags": ["room"]}';
  expect(
    things.set({things: `1|{"status": {"temp": 20}, "tags": ["room"]}\n2|${second}\n3|{}`}),
  ).toEqual({
    added: ['{"id":2,"temp":22,"tags":1,"os":["ROOM"]}'],
    updated: [],
    deleted: ['{"id":1,"temp":21.50,"tags":3,"os":["ROOM","TOP"]}'],
  });
  expect(things.set({things: `2|${second}\n3|{"tags": null}`})).toEqual(QUIET);
  expect(things.set({things: '2|{"status": {"temp": 23}, "tags": ["room"]}'})).toEqual(
    updated(
      '{"id":2,"temp":22,"tags":1,"os":["ROOM"]} -> {"id":2,"temp":23,"tags":1,"os":["ROOM"]}',
    ),
  );
  expect(things.set({things: ''})).toEqual(deleted('{"id":2,"temp":23,"tags":1,"os":["ROOM"]}'));
});
