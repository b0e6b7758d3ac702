import {expect, test} from 'vitest';
import type {Catalog} from '../../../src/query/catalog.ts';
import {catalogOf, run} from './running.ts';

const declared = catalogOf(
  {
    customers: 'id int4, name text, boss int4',
    orders: 'id int4, customer int4, total numeric',
    items: 'id int4, order_id int4, sku text',
  },
  [
    {
      id: 'PLACED',
      keys: [
        {label: 'customers', property: 'id'},
        {label: 'orders', property: 'customer'},
      ],
    },
    {
      id: 'BOSS',
      keys: [
        {label: 'customers', property: 'boss'},
        {label: 'customers', property: 'id'},
      ],
    },
  ],
);
const [customers, orders, items] = declared.tables;
const catalog: Catalog = {
  ...declared,
  tables: [
    customers!,
    orders!,
    {
      ...items!,
      foreignKeys: [
        {
          name: 'items_order_fkey',
          columns: [1],
          referencedTable: orders!.id,
          referencedColumns: ['id'],
        },
      ],
    },
  ],
};
const SHOP = {
  customers: `
    1 | Ada  | \\N
    2 | Bob  | 1
    3 | Cleo | 1`,
  orders: `
    10 | 1   | 5.00
    11 | 1   | 7.50
    12 | 2   | 1.25
    13 | \\N | 9.00`,
  items: `
    100 | 10 | bolt
    101 | 10 | nut
    102 | 12 | bolt`,
};

test.each<[name: string, query: string, rows: readonly string[]]>([
  [
    'a declared join relates rows with equal keys, and null relates to nothing',
    'MATCH (c:customers)-[:PLACED]->(o:orders) RETURN c.name AS c, o.id AS o',
    ['{"c":"Ada","o":10}', '{"c":"Ada","o":11}', '{"c":"Bob","o":12}'],
  ],
  [
    'between two tables the arrow may point either way',
    'MATCH (o:orders)-[:PLACED]->(c:customers) RETURN c.name AS c, o.id AS o',
    ['{"c":"Ada","o":10}', '{"c":"Ada","o":11}', '{"c":"Bob","o":12}'],
  ],
  [
    'a foreign key is a relationship by its name, and two hops are two joins',
    "MATCH (c:customers)-[:PLACED]->(o)<-[:items_order_fkey]-(i:items) WHERE i.sku = 'bolt' RETURN c.name AS c, i.id AS i",
    ['{"c":"Ada","i":100}', '{"c":"Bob","i":102}'],
  ],
  [
    'within one table the arrow goes from the first key to the second',
    'MATCH (w:customers)-[:BOSS]->(b:customers) RETURN w.name AS w, b.name AS b',
    ['{"w":"Bob","b":"Ada"}', '{"w":"Cleo","b":"Ada"}'],
  ],
  [
    'without an arrow both directions match',
    "MATCH (a:customers {name: 'Bob'})-[:BOSS]-(b:customers)-[:BOSS]-(c:customers) RETURN b.name AS b, c.name AS c",
    ['{"b":"Ada","c":"Cleo"}'],
  ],
  [
    'one MATCH goes through no relationship twice, two of them may',
    'MATCH (b:customers)<-[:BOSS]-(x:customers) MATCH (b)<-[:BOSS]-(y:customers) RETURN x.name AS x, y.name AS y',
    [
      '{"x":"Bob","y":"Bob"}',
      '{"x":"Bob","y":"Cleo"}',
      '{"x":"Cleo","y":"Bob"}',
      '{"x":"Cleo","y":"Cleo"}',
    ],
  ],
  [
    'siblings are not their own siblings',
    'MATCH (x:customers)-[:BOSS]->(b:customers)<-[:BOSS]-(y:customers) RETURN x.name AS x, y.name AS y',
    ['{"x":"Bob","y":"Cleo"}', '{"x":"Cleo","y":"Bob"}'],
  ],
  [
    'OPTIONAL MATCH keeps rows without a match, with null beside them',
    'MATCH (c:customers) OPTIONAL MATCH (c)-[r:PLACED]->(o:orders) WHERE o.total > 2 RETURN c.name AS c, o.id AS o, type(r) AS t, o AS whole',
    [
      '{"c":"Ada","o":10,"t":"PLACED","whole":{"id":10,"customer":1,"total":5.00}}',
      '{"c":"Ada","o":11,"t":"PLACED","whole":{"id":11,"customer":1,"total":7.50}}',
      '{"c":"Bob","o":null,"t":null,"whole":null}',
      '{"c":"Cleo","o":null,"t":null,"whole":null}',
    ],
  ],
  [
    'what an OPTIONAL MATCH did not find is not counted',
    'MATCH (c:customers) OPTIONAL MATCH (c)-[r:PLACED]->(o:orders) RETURN c.name AS c, count(o) AS n, count(r) AS r, sum(o.total) AS s',
    [
      '{"c":"Ada","n":2,"r":2,"s":12.50}',
      '{"c":"Bob","n":1,"r":1,"s":1.25}',
      '{"c":"Cleo","n":0,"r":0,"s":0}',
    ],
  ],
  [
    'a pattern in WHERE asks whether it is found',
    'MATCH (c:customers) WHERE (c)-[:PLACED]->(:orders) RETURN c.name AS c',
    ['{"c":"Ada"}', '{"c":"Bob"}'],
  ],
  [
    'NOT a pattern asks for rows without it, and EXISTS may have a condition',
    'MATCH (c:customers) WHERE NOT EXISTS { MATCH (c)-[:PLACED]->(o:orders) WHERE o.total > 2 } RETURN c.name AS c',
    ['{"c":"Bob"}', '{"c":"Cleo"}'],
  ],
  [
    'a pattern inside of a condition is true or false',
    "MATCH (c:customers) WHERE (c)-[:PLACED]->(:orders {total: 1.25}) OR c.name = 'Cleo' RETURN c.name AS c",
    ['{"c":"Bob"}', '{"c":"Cleo"}'],
  ],
  [
    'a pattern comprehension lists what it finds',
    'MATCH (c:customers) RETURN c.name AS c, [(c)-[:PLACED]->(o:orders) WHERE o.total > 5 | o.id] AS os',
    ['{"c":"Ada","os":[11]}', '{"c":"Bob","os":[]}', '{"c":"Cleo","os":[]}'],
  ],
  [
    'MATCH after WITH goes on from the groups',
    'MATCH (o:orders) WITH o.customer AS id, sum(o.total) AS total MATCH (c:customers) WHERE c.id = id RETURN c.name AS c, total',
    ['{"c":"Ada","total":12.50}', '{"c":"Bob","total":1.25}'],
  ],
  [
    'a node stays a node through a WITH that groups by it',
    'MATCH (c:customers)-[:PLACED]->(o:orders) WITH c, count(*) AS n MATCH (c)-[:BOSS]->(b:customers) RETURN c.name AS c, n, b.name AS b',
    ['{"c":"Bob","n":1,"b":"Ada"}'],
  ],
  [
    'collected nodes are nodes',
    'MATCH (c:customers)-[:PLACED]->(o:orders) WITH c.name AS c, collect(o) AS os RETURN c, size(os) AS n, [o IN os | o.total] AS totals, labels(head(os)) AS l',
    [
      '{"c":"Ada","n":2,"totals":[5.00,7.50],"l":["orders"]}',
      '{"c":"Bob","n":1,"totals":[1.25],"l":["orders"]}',
    ],
  ],
])('%s', (_name, query, rows) => {
  expect(run(query, catalog, SHOP).rows).toEqual([...rows].sort());
});

test('the first match of an OPTIONAL MATCH updates the row, the second adds one', () => {
  const query =
    'MATCH (c:customers) OPTIONAL MATCH (c)-[:PLACED]->(o:orders) RETURN c.name AS c, o.id AS o';
  const running = run(query, catalog, {customers: '3 | Cleo | 1'});
  expect(running.set({orders: '20 | 3 | 1.00'})).toEqual({
    added: [],
    updated: ['{"c":"Cleo","o":null} -> {"c":"Cleo","o":20}'],
    deleted: [],
  });
  expect(running.set({orders: '20 | 3 | 1.00\n21 | 3 | 2.00'}).added).toEqual([
    '{"c":"Cleo","o":21}',
  ]);
});

test('a row may refer to one that is not there yet', () => {
  const query = 'MATCH (c:customers)-[:PLACED]->(o:orders) RETURN c.name AS c, o.id AS o';
  const running = run(query, catalog, {orders: '20 | 3 | 1.00'});
  expect(running.rows).toEqual([]);
  expect(running.set({customers: '3 | Cleo | \\N'}).added).toEqual(['{"c":"Cleo","o":20}']);
});

test('a node that changes beside its key updates its group’s row', () => {
  const query =
    'MATCH (c:customers)-[:PLACED]->(o:orders) WITH c, count(*) AS n RETURN c.name AS c, n';
  const running = run(query, catalog, SHOP);
  const renamed = SHOP.customers.replace('Bob', 'Rob');
  expect(running.set({customers: renamed})).toEqual({
    added: [],
    updated: ['{"c":"Bob","n":1} -> {"c":"Rob","n":1}'],
    deleted: [],
  });
});

test('a pattern’s answer follows the rows it asks about', () => {
  const query = 'MATCH (c:customers) RETURN c.name AS c, (c)-[:PLACED]->(:orders) AS buyer';
  const running = run(query, catalog, {customers: '3 | Cleo | \\N'});
  expect(running.rows).toEqual(['{"c":"Cleo","buyer":false}']);
  expect(running.set({orders: '20 | 3 | 1.00'}).updated).toEqual([
    '{"c":"Cleo","buyer":false} -> {"c":"Cleo","buyer":true}',
  ]);
});
