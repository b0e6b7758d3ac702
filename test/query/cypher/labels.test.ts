import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {catalogOf, run} from './running.ts';

const catalog = catalogOf(
  {
    car: 'id int4, plate text, speed int4, owner int4',
    truck: 'id int4, plate text, speed numeric, load int4, owner int4',
    person: 'id int4, name text',
  },
  ['car', 'truck'].map((label) => ({
    id: 'OWNED_BY',
    keys: [
      {label, property: 'owner'},
      {label: 'person', property: 'id'},
    ],
  })),
);
const data = {
  car: '1|A|100|1\n2|B|50|2',
  truck: '1|T|80.5|9|1\n3|U|\\N|4|\\N',
  person: '1|Ada\n2|Bob',
};

const cases: readonly (readonly [name: string, query: string, ...rows: string[]])[] = [
  [
    'a node of one of two tables has the rows of both',
    'MATCH (v:car|truck) RETURN labels(v) AS l, v.id',
    '{"l":["car"],"id":1}',
    '{"l":["car"],"id":2}',
    '{"l":["truck"],"id":1}',
    '{"l":["truck"],"id":3}',
  ],
  [
    'a column of one of the tables is null for rows of the other',
    'MATCH (v:car|truck) RETURN v.plate, v.load',
    '{"plate":"A","load":null}',
    '{"plate":"B","load":null}',
    '{"plate":"T","load":9}',
    '{"plate":"U","load":4}',
  ],
  [
    'columns of two types compare by value',
    'MATCH (v:car|truck) WHERE v.speed > 80 RETURN v.plate, v.speed',
    '{"plate":"A","speed":100}',
    '{"plate":"T","speed":80.5}',
  ],
  [
    'a whole node is what its own table says',
    "MATCH (v:car|truck) WHERE v.plate IN ['B', 'U'] RETURN v, keys(v) AS k",
    '{"v":{"id":2,"plate":"B","speed":50,"owner":2},"k":["id","plate","speed","owner"]}',
    '{"v":{"id":3,"plate":"U","speed":null,"owner":null,"load":4},"k":["id","plate","load"]}',
  ],
  [
    'each table is related as it is',
    "MATCH (p:person {name: 'Ada'})<-[:OWNED_BY]-(v:car|truck) RETURN v.plate",
    '{"plate":"A"}',
    '{"plate":"T"}',
  ],
  [
    'a node without a label is of any table that the relationship leads to',
    "MATCH (p:person {name: 'Ada'})<-[:OWNED_BY]-(v) RETURN v.plate",
    '{"plate":"A"}',
    '{"plate":"T"}',
  ],
  [
    'a node is itself, whatever it was matched as',
    'MATCH (v:car|truck), (c:car) WHERE v = c RETURN v.plate, c.plate AS c',
    '{"plate":"A","c":"A"}',
    '{"plate":"B","c":"B"}',
  ],
  [
    'a clause later it may be narrowed to one table',
    'MATCH (v:car|truck) WITH v MATCH (v:truck)-[:OWNED_BY]->(p) RETURN v.plate, p.name',
    '{"plate":"T","name":"Ada"}',
  ],
  [
    'a group by such a node is a group for each of them',
    'MATCH (v:car|truck)-[:OWNED_BY]->(p) WITH v, count(*) AS n RETURN v.plate, n',
    '{"plate":"A","n":1}',
    '{"plate":"B","n":1}',
    '{"plate":"T","n":1}',
  ],
  [
    'what has a label can be asked',
    'MATCH (v:car|truck) WHERE v:truck RETURN v.plate',
    '{"plate":"T"}',
    '{"plate":"U"}',
  ],
  [
    'labels can be left out, and be whichever',
    'MATCH (v:!person&%&!(truck)) RETURN v.plate',
    '{"plate":"A"}',
    '{"plate":"B"}',
  ],
  [
    'GQL says IS for the colon',
    'MATCH (v IS car|truck) FILTER v:!car RETURN v.plate',
    '{"plate":"T"}',
    '{"plate":"U"}',
  ],
  [
    'what was not found beside a row is null, label and all',
    'MATCH (p:person) OPTIONAL MATCH (p)<-[:OWNED_BY]-(v:car|truck) WHERE v.speed < 90 RETURN p.name, v.plate AS plate, head(labels(v)) AS l',
    '{"name":"Ada","plate":"T","l":"truck"}',
    '{"name":"Bob","plate":"B","l":"car"}',
  ],
  [
    'a pattern in an expression may have a node of several tables',
    'MATCH (p:person) WHERE EXISTS { (p)--(v:car|truck) WHERE v.load > 5 } RETURN p.name, size((p)--(:car|truck)) AS n',
    '{"name":"Ada","n":2}',
  ],
  [
    'the bar of a comprehension ends the label before it',
    'MATCH (p:person) RETURN [x IN collect(p) WHERE x:person | x.name] AS names',
    '{"names":["Ada","Bob"]}',
  ],
];

test.each(cases)('%s', (_name, query, ...rows) => {
  expect(run(query, catalog, data).rows).toEqual([...rows].sort());
});

test('a row of one of several tables changes in place', () => {
  const fast = run('MATCH (v:car|truck) WHERE v.speed > 90 RETURN v.plate, v.speed', catalog, data);
  expect(fast.set({car: '1|A|95|1\n2|B|50|2'})).toEqual({
    added: [],
    updated: ['{"plate":"A","speed":100} -> {"plate":"A","speed":95}'],
    deleted: [],
  });
  expect(fast.set({car: '', truck: '1|T|91|9|1'})).toEqual({
    added: ['{"plate":"T","speed":91}'],
    updated: [],
    deleted: ['{"plate":"A","speed":95}'],
  });
  fast.set({truck: '', person: ''});
  expect(fast.size).toBe(0);
});

test.each([
  [
    'MATCH (v:car&truck) RETURN v',
    'a node with labels of several tables is not supported -> a row has the label of its one table: leave the other label out',
  ],
  [
    'MATCH (v:car|lorry) RETURN v',
    'there is no table "lorry" for the label -> if the database has it, add it to "tables" of the source',
  ],
  ['MATCH (v:car|truck) RETURN v.colour', 'table "car|truck" has no column "colour" -> undefined'],
  [
    'MATCH (v:car|truck) MATCH (v:person) RETURN v',
    '"v" is a row of "car" or "truck" already -> give the node another name, or leave the label out',
  ],
  [
    'MATCH (a:%), (b:%), (c:%), (d:%) RETURN 1 AS one',
    'a pattern that can be found in more than 50 ways is not supported -> give it shorter lengths or fewer labels',
  ],
  [
    'MATCH (v:car)-[:OWNED_BY*0]-(p:person) RETURN v',
    'a relationship of length 0 has nodes of two tables -> both its ends are one node: give it other lengths too',
  ],
  [
    'MATCH (v:car|truck)--(p:person)--(v2:car)--(v) RETURN v',
    'there is no relationship "" between these tables -> declare it: joins: [{id: NAME, keys: [{label: car, property: …}, {label: car, property: …}]}]',
  ],
])('%s is refused', (query, told) => {
  const found = (() => {
    try {
      run(query, catalog, data);
      return [];
    } catch (error) {
      return problemsOf(error).map(({message, hint}) => `${message} -> ${hint}`);
    }
  })();
  expect(found).toContain(told);
});
