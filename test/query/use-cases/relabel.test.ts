import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

test('tables of an older schema answer under the labels of the query', () => {
  const users = story({
    tables: {person_v1: 'id int4, name text', person_v2: 'id int4, name text, mail text'},
    middleware: [
      {
        kind: 'relabel',
        name: 'one-label',
        config: {labelMappings: {person_v1: 'User', person_v2: 'User'}},
      },
    ],
    query: "MATCH (u:User) WHERE u.name STARTS WITH 'a' RETURN u.name, u.mail",
    data: {person_v1: '1|ann\n2|bob', person_v2: '1|abe|abe@example.org'},
  });
  expect(users.rows).toEqual([
    '{"name":"abe","mail":"abe@example.org"}',
    '{"name":"ann","mail":null}',
  ]);
  expect(users.set({person_v1: '2|bob'})).toEqual(deleted('{"name":"ann","mail":null}'));
  expect(users.set({person_v1: '2|alf'})).toEqual(added('{"name":"alf","mail":null}'));
  expect(users.set({person_v2: '1|abe|a@example.org'})).toEqual(
    updated('{"name":"abe","mail":"abe@example.org"} -> {"name":"abe","mail":"a@example.org"}'),
  );
  expect(users.set({person_v2: '1|abe|a@example.org\n2|bea|'})).toEqual(QUIET);
});
