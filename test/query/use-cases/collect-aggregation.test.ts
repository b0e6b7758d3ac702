import {expect, test} from 'vitest';
import {deleted, story, updated} from './story.ts';

test('collect lists what each customer has ordered', () => {
  const orders = story({
    tables: {orders: 'id int4, customer text, product text'},
    query: 'MATCH (o:orders) RETURN o.customer AS customer, collect(o.product) AS products',
    data: {orders: '1|ann|tea\n2|bob|jam\n3|ann|\\N'},
  });
  expect(orders.rows).toEqual([
    '{"customer":"ann","products":["tea"]}',
    '{"customer":"bob","products":["jam"]}',
  ]);
  expect(orders.set({orders: '1|ann|tea\n2|bob|jam\n3|ann|ale'})).toEqual(
    updated('{"customer":"ann","products":["tea"]} -> {"customer":"ann","products":["tea","ale"]}'),
  );
  expect(orders.set({orders: '1|bob|tea\n2|bob|jam\n3|ann|ale'})).toEqual(
    updated(
      '{"customer":"ann","products":["tea","ale"]} -> {"customer":"ann","products":["ale"]}',
      '{"customer":"bob","products":["jam"]} -> {"customer":"bob","products":["tea","jam"]}',
    ),
  );
  expect(orders.set({orders: '1|bob|tea\n2|bob|jam'})).toEqual(
    deleted('{"customer":"ann","products":["ale"]}'),
  );
});
