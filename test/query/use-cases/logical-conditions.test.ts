import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

const cases: readonly (readonly [condition: string, ...ids: number[]])[] = [
  ["p.category = 'tool' AND p.price > 5", 2],
  ["p.category = 'tool' OR p.price > 5", 1, 2, 4],
  ["p.category = 'toy' OR p.category = 'tool' AND p.price > 5", 2, 3],
  ["NOT (p.category = 'tool')", 3, 4],
  ['NOT p.sold', 1, 3],
  ['p.sold = false', 1, 3],
  ['p.sold IS NULL OR p.price IS NULL', 3, 4],
  ["p.category <> 'toy' XOR p.price > 5", 1],
  ["p.category IN ['toy', 'food'] AND p.sold IS NOT NULL", 3],
  ["CASE WHEN p.price > 5 THEN 'dear' ELSE 'cheap' END = 'cheap'", 1, 3],
  ['true AND p.price > 5 OR false', 2, 4],
  ['p.price > null'],
];

test.each(cases)('WHERE %s', (condition, ...ids) => {
  const products = story({
    tables: {p: 'id int4, category text, price int4, sold bool'},
    query: `MATCH (p:p) WHERE ${condition} RETURN p.id`,
    data: {p: '1|tool|5|f\n2|tool|6|t\n3|toy|\\N|f\n4|food|9|\\N'},
  });
  expect(products.rows).toEqual(ids.map((id) => `{"id":${id}}`));
  expect(products.set({p: ''})).toEqual(deleted(...ids.map((id) => `{"id":${id}}`)));
});

test('a condition that is not known leaves a row out until it is', () => {
  const products = story({
    tables: {p: 'id int4, price int4'},
    query: 'MATCH (p:p) WHERE NOT p.price > 5 RETURN p.id, p.price',
    data: {p: '1|\\N'},
  });
  expect(products.rows).toEqual([]);
  expect(products.set({p: '1|5'})).toEqual(added('{"id":1,"price":5}'));
  expect(products.set({p: '1|4'})).toEqual(updated('{"id":1,"price":5} -> {"id":1,"price":4}'));
  expect(products.set({p: '1|\\N'})).toEqual(deleted('{"id":1,"price":4}'));
  expect(products.set({p: '1|6'})).toEqual(QUIET);
});
