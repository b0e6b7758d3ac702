import {expect, test} from 'vitest';
import {added, story} from './story.ts';

test('a value from deep inside becomes a property to join and to group by', () => {
  const cities = story({
    tables: {orders: 'id int4, doc jsonb', city: 'name text, zone int4'},
    joins: [
      {
        id: 'TO',
        keys: [
          {label: 'orders', property: 'city'},
          {label: 'city', property: 'name'},
        ],
      },
    ],
    middleware: [
      {
        kind: 'promote',
        name: 'flat',
        config: {
          mappings: [
            {path: '$.doc.user.location.city', target_name: 'city'},
            {path: '$.doc.total', target_name: 'total'},
          ],
          on_error: 'skip',
        },
      },
    ],
    query: 'MATCH (o:orders)-[:TO]->(c:city) RETURN c.zone AS zone, sum(o.total) AS total',
    data: {
      orders: '1|{"user": {"location": {"city": "Ulm"}}, "total": 1.10}\n2|{"total": 5}',
      city: 'Ulm|1\nBonn|2',
    },
  });
  expect(cities.rows).toEqual(['{"zone":1,"total":1.10}']);
  expect(
    cities.set({
      orders:
        '1|{"user": {"location": {"city": "Ulm"}}, "total": 1.10}\n2|{"user": {"location": {"city": "Bonn"}}, "total": 5}',
    }),
  ).toEqual(added('{"zone":2,"total":5}'));
  expect(cities.set({city: 'Ulm|2\nBonn|2'})).toEqual({
    added: [],
    updated: ['{"zone":2,"total":5} -> {"zone":2,"total":6.10}'],
    deleted: ['{"zone":1,"total":1.10}'],
  });
});
