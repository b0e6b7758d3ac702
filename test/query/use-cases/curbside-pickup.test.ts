import {expect, test} from 'vitest';
import {added, deleted, QUIET, story} from './story.ts';

test('a driver at the curb is told of an order that is ready, and only then', () => {
  const pickup = story({
    tables: {orders: 'id int4, status text, plate text', vehicles: 'plate text, location text'},
    joins: [
      {
        id: 'PICKUP_BY',
        keys: [
          {label: 'orders', property: 'plate'},
          {label: 'vehicles', property: 'plate'},
        ],
      },
    ],
    query: `
      MATCH (o:orders {status: 'ready'})-[:PICKUP_BY]->(v:vehicles {location: 'Curbside'})
      RETURN o.id AS orderNumber, v.plate AS plate`,
    data: {orders: '1|preparing|A\n2|ready|B', vehicles: 'A|Curbside\nB|Road\nC|Curbside'},
  });
  expect(pickup.rows).toEqual([]);
  expect(pickup.set({orders: '1|ready|A\n2|ready|B'})).toEqual(
    added('{"orderNumber":1,"plate":"A"}'),
  );
  expect(pickup.set({vehicles: 'A|Road\nB|Curbside\nC|Curbside'})).toEqual({
    added: ['{"orderNumber":2,"plate":"B"}'],
    updated: [],
    deleted: ['{"orderNumber":1,"plate":"A"}'],
  });
  expect(pickup.set({orders: '1|ready|A\n2|ready|C'})).toEqual(
    // Another car is another row: it is known by both.
    {
      added: ['{"orderNumber":2,"plate":"C"}'],
      updated: [],
      deleted: ['{"orderNumber":2,"plate":"B"}'],
    },
  );
  expect(pickup.set({orders: '1|ready|\\N', vehicles: ''})).toEqual(
    deleted('{"orderNumber":2,"plate":"C"}'),
  );
  expect(pickup.set({orders: ''})).toEqual(QUIET);
});
