import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

test('an upsert adds the first time and updates afterwards', () => {
  const state = story({
    tables: {device: 'id text, state text, seen int4'},
    query: "MATCH (d:device) WHERE d.state = 'on' RETURN d.id, d.seen",
    data: {device: ''},
  });
  expect(state.set({device: 'a|on|1'})).toEqual(added('{"id":"a","seen":1}'));
  expect(state.set({device: 'a|on|2'})).toEqual(
    updated('{"id":"a","seen":1} -> {"id":"a","seen":2}'),
  );
  expect(state.set({device: 'a|on|2'})).toEqual(QUIET);
  expect(state.set({device: 'a|off|3'})).toEqual(deleted('{"id":"a","seen":2}'));
  expect(state.set({device: 'a|off|4'})).toEqual(QUIET);
  expect(state.set({device: 'a|on|5\nb|on|5'})).toEqual(
    added('{"id":"a","seen":5}', '{"id":"b","seen":5}'),
  );
});
