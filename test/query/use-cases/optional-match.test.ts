import {expect, test} from 'vitest';
import {added, deleted, QUIET, story, updated} from './story.ts';

const orders = {
  tables: {
    customer: 'id int4, name text',
    orders: 'id int4, customer int4, status text',
    payment: 'id int4, order_id int4, amount int4',
  },
  joins: [
    {
      id: 'PLACED',
      keys: [
        {label: 'customer', property: 'id'},
        {label: 'orders', property: 'customer'},
      ],
    },
    {
      id: 'PAID',
      keys: [
        {label: 'orders', property: 'id'},
        {label: 'payment', property: 'order_id'},
      ],
    },
  ],
  data: {customer: '1|ann\n2|bob', orders: '10|1|open', payment: ''},
};

test('a customer without orders stays, with null beside it', () => {
  const all = story({
    ...orders,
    query: `
      MATCH (c:customer)
      OPTIONAL MATCH (c)-[:PLACED]->(o:orders)-[:PAID]->(p:payment)
      RETURN c.name, o.id AS orderId, p.amount`,
  });
  expect(all.rows).toEqual([
    '{"name":"ann","orderId":null,"amount":null}',
    '{"name":"bob","orderId":null,"amount":null}',
  ]);
  const paid = all.set({payment: '100|10|7'});
  expect([...paid.added, ...paid.updated.map((row) => row.split(' -> ')[1])]).toEqual([
    '{"name":"ann","orderId":10,"amount":7}',
  ]);
  expect(all.rows).toEqual([
    '{"name":"ann","orderId":10,"amount":7}',
    '{"name":"bob","orderId":null,"amount":null}',
  ]);
  all.set({orders: ''});
  expect(all.rows[0]).toBe('{"name":"ann","orderId":null,"amount":null}');
});

test('what was paid of an order is 0 as long as nothing was', () => {
  const sums = story({
    ...orders,
    query: `
      MATCH (o:orders)
      OPTIONAL MATCH (o)-[:PAID]->(p:payment)
      WITH o, count(p) AS payments, coalesce(sum(p.amount), 0) AS paid
      RETURN o.id, payments, paid`,
  });
  expect(sums.rows).toEqual(['{"id":10,"payments":0,"paid":0}']);
  expect(sums.set({payment: '100|10|7\n101|10|8'})).toEqual(
    updated('{"id":10,"payments":0,"paid":0} -> {"id":10,"payments":2,"paid":15}'),
  );
  expect(sums.set({payment: '100|10|7\n101|11|8'})).toEqual(
    updated('{"id":10,"payments":2,"paid":15} -> {"id":10,"payments":1,"paid":7}'),
  );
  expect(sums.set({orders: '10|1|open\n11|2|open'})).toEqual(
    added('{"id":11,"payments":1,"paid":8}'),
  );
  expect(sums.set({orders: '11|2|done'})).toEqual(deleted('{"id":10,"payments":1,"paid":7}'));
  expect(sums.set({payment: '101|11|8'})).toEqual(QUIET);
});
