import {expect, test} from 'vitest';
import {deleted, QUIET, story} from './story.ts';

test('a text that holds JSON is asked like a column', () => {
  const events = story({
    tables: {events: 'id int4, raw text'},
    middleware: [
      {
        kind: 'parse_json',
        name: 'parse',
        config: {target_property: 'raw', output_property: 'event', on_error: 'skip'},
      },
    ],
    query: "MATCH (e:events) WHERE e.event.action = 'login' RETURN e.id, e.event.user AS user",
    data: {
      events: '1|{"user": "ann", "action": "login"}\n2|{"user": "bob"\n3|{"action": "logout"}',
    },
  });
  expect(events.rows).toEqual(['{"id":1,"user":"ann"}']);
  expect(
    events.set({
      events: '1|{"user": "eve", "action": "login"}\n2|{"user": "bob", "action": "login"}',
    }),
  ).toEqual({
    added: ['{"id":2,"user":"bob"}'],
    updated: ['{"id":1,"user":"ann"} -> {"id":1,"user":"eve"}'],
    deleted: [],
  });
  expect(events.set({events: '2|{"user": "bob", "action": "login"}'})).toEqual(
    deleted('{"id":1,"user":"eve"}'),
  );
  expect(events.set({events: '2|{"action": "login", "user": "bob"}'})).toEqual(QUIET);
});
