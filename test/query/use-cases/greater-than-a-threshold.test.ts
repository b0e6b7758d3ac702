import {expect, test} from 'vitest';
import {added, deleted, story, updated} from './story.ts';

test('an invoice is told when its sum goes over the credit, and again when it comes back', () => {
  const customers = story({
    tables: {
      customer: 'id int4, credit numeric',
      invoice: 'id int4, customer int4, amount numeric',
    },
    joins: [
      {
        id: 'OWES',
        keys: [
          {label: 'invoice', property: 'customer'},
          {label: 'customer', property: 'id'},
        ],
      },
    ],
    query: `
      MATCH (i:invoice)-[:OWES]->(c:customer)
      WITH c, sum(i.amount) AS owed
      WHERE owed > c.credit
      RETURN c.id AS customer, owed`,
    data: {customer: '1|100\n2|0.3', invoice: '1|1|99.99\n2|2|0.1\n3|2|0.2'},
  });
  expect(customers.rows).toEqual([]);
  expect(customers.set({invoice: '1|1|99.99\n2|2|0.1\n3|2|0.2\n4|1|0.02'})).toEqual(
    added('{"customer":1,"owed":100.01}'),
  );
  expect(customers.set({customer: '1|101\n2|0.3'})).toEqual(
    deleted('{"customer":1,"owed":100.01}'),
  );
  expect(customers.set({customer: '1|100\n2|0.2'})).toEqual(
    added('{"customer":1,"owed":100.01}', '{"customer":2,"owed":0.3}'),
  );
  expect(customers.set({invoice: '1|1|99.99\n4|1|0.03\n3|2|0.2\n2|2|0.1'})).toEqual(
    updated('{"customer":1,"owed":100.01} -> {"customer":1,"owed":100.02}'),
  );
  expect(customers.set({invoice: '1|1|99.99\n4|1|0.03\n3|2|0.2\n2|2|0.10'})).toEqual(
    updated('{"customer":2,"owed":0.3} -> {"customer":2,"owed":0.30}'),
  );
});
