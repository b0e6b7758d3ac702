import {expect, test} from 'vitest';
import {story, updated} from './story.ts';

const cases: readonly (readonly [condition: string, ...ids: number[]])[] = [
  ["p.name STARTS WITH 'Ab'", 1, 2],
  ["p.name ENDS WITH 'e'", 1, 3],
  ["p.name CONTAINS 'b'", 1, 2, 3],
  ["toLower(p.name) = 'abe'", 1],
  ["p.name =~ 'A.*l'", 2],
  ["p.name < 'B'", 1, 2],
  ['size(p.name) = 4', 2, 3],
  ["substring(p.name, 1, 2) = 'be'", 1, 2],
  ["replace(p.name, 'b', 'd') = 'Ade'", 1],
  ["'e' IN split(p.name, 'b')", 1, 3],
  ["trim(' ' + p.name) + '!' = 'Abe!'", 1],
  ['left(p.name, 1) = right(reverse(p.name), 1)', 1, 2, 3],
  ['p.name IS NULL', 4],
  ["NOT p.name CONTAINS 'e'"],
];

test.each(cases)('WHERE %s', (condition, ...ids) => {
  const people = story({
    tables: {p: 'id int4, name text'},
    query: `MATCH (p:p) WHERE ${condition} RETURN p.id`,
    data: {p: '1|Abe\n2|Abel\n3|bobe\n4|\\N'},
  });
  expect(people.rows).toEqual(ids.map((id) => `{"id":${id}}`));
});

test('a text that is put together follows its parts', () => {
  const people = story({
    tables: {p: 'id int4, first text, last text'},
    query: "MATCH (p:p) RETURN p.id, toUpper(p.last) + ', ' + p.first AS name",
    data: {p: '1|Ann|Lee\n2|Bo|\\N'},
  });
  expect(people.rows).toEqual(['{"id":1,"name":"LEE, Ann"}', '{"id":2,"name":null}']);
  expect(people.set({p: '1|Ann|Roe\n2|Bob|\\N'})).toEqual(
    updated('{"id":1,"name":"LEE, Ann"} -> {"id":1,"name":"ROE, Ann"}'),
  );
  expect(people.set({p: '1|Ann|Roe\n3|Cy|Foe'})).toEqual({
    added: ['{"id":3,"name":"FOE, Cy"}'],
    updated: [],
    deleted: ['{"id":2,"name":null}'],
  });
});
