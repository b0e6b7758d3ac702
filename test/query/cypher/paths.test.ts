import {expect, test} from 'vitest';
import {problemsThrown} from '../../support/problems-thrown.ts';
import {catalogOf, run} from './running.ts';

const KNOWS = {
  id: 'KNOWS',
  keys: [
    {label: 'person', property: 'knows'},
    {label: 'person', property: 'id'},
  ],
};
const catalog = catalogOf({person: 'id int4, name text, knows int4'}, [KNOWS]);
/** 1 → 2 → 3 → 4, and 4 → 2. */
const data = {person: '1|a|2\n2|b|3\n3|c|4\n4|d|2'};

const cases: readonly (readonly [query: string, ...rows: string[]])[] = [
  ["MATCH (a:person {name: 'a'})-[:KNOWS*1..2]->(b) RETURN b.name", '{"name":"b"}', '{"name":"c"}'],
  ["MATCH (a:person {name: 'a'})-[:KNOWS*2]->(b:person) RETURN b.name", '{"name":"c"}'],
  [
    "MATCH (a:person {name: 'c'})<-[:KNOWS*..2]-(b) RETURN b.name",
    '{"name":"a"}',
    '{"name":"b"}',
    '{"name":"d"}',
  ],
  // 2 → 3 → 4 → 2 goes through each relationship once, and 5 steps would not.
  [
    "MATCH (a:person {name: 'b'})-[:KNOWS*1..5]->(b) RETURN b.name",
    '{"name":"b"}',
    '{"name":"c"}',
    '{"name":"d"}',
  ],
  ["MATCH (a:person {name: 'b'})-[:KNOWS*3]->(a) RETURN a.name", '{"name":"b"}'],
  [
    "MATCH (a:person {name: 'a'})-[:KNOWS*1..2]-(b) RETURN b.name",
    '{"name":"b"}',
    '{"name":"c"}',
    '{"name":"d"}',
  ],
  [
    "MATCH p = (a:person {name: 'a'})-[:KNOWS*1..3]->(b) RETURN length(p) AS l, [n IN nodes(p) | n.name] AS names, size(relationships(p)) AS r",
    '{"l":1,"names":["a","b"],"r":1}',
    '{"l":2,"names":["a","b","c"],"r":2}',
    '{"l":3,"names":["a","b","c","d"],"r":3}',
  ],
  [
    "MATCH p = (a:person)-[:KNOWS*1..3]->(b) WHERE length(p) = 3 AND a.name < 'c' RETURN a.name, b.name AS b",
    '{"name":"a","b":"d"}',
    '{"name":"b","b":"b"}',
  ],
  [
    "MATCH (a:person {name: 'a'})-[r:KNOWS*2]->(b) RETURN [x IN r | type(x)] AS types, endNode(r[1]).name AS last",
    '{"types":["KNOWS","KNOWS"],"last":"c"}',
  ],
  [
    "MATCH p = (a:person {name: 'a'})-[r:KNOWS]->(:person)-[:KNOWS]->(c) RETURN length(p) AS l, type(r) AS t, c.name",
    '{"l":2,"t":"KNOWS","name":"c"}',
  ],
  [
    "MATCH p = (a:person {name: 'a'}) RETURN length(p) AS l, p",
    '{"l":0,"p":[{"id":1,"name":"a","knows":2}]}',
  ],
  [
    "MATCH p = (a:person {name: 'c'})-[:KNOWS]->(b) RETURN p",
    '{"p":[{"id":3,"name":"c","knows":4},{"type":"KNOWS"},{"id":4,"name":"d","knows":2}]}',
  ],
  [
    "MATCH (a:person {name: 'a'}) WITH a, 7 AS seven MATCH (a)-[:KNOWS*1..2]->(b) RETURN a.name, b.name AS b, seven",
    '{"name":"a","b":"b","seven":7}',
    '{"name":"a","b":"c","seven":7}',
  ],
  [
    "MATCH (a:person {name: 'a'})-[:KNOWS*1..2]->(b)-[:KNOWS*1..2]->(c) RETURN count(*) AS n",
    '{"n":4}',
  ],
  // To stay is a way of no steps: both ends are one node.
  [
    "MATCH (a:person {name: 'a'})-[:KNOWS*0..2]->(b) RETURN b.name",
    '{"name":"a"}',
    '{"name":"b"}',
    '{"name":"c"}',
  ],
  [
    "MATCH p = (a:person {name: 'a'})-[r:KNOWS*0..1]->(b) RETURN length(p) AS l, size(r) AS r, [n IN nodes(p) | n.name] AS names",
    '{"l":0,"r":0,"names":["a"]}',
    '{"l":1,"r":1,"names":["a","b"]}',
  ],
  ["MATCH (a:person)-[:KNOWS*0]-(b {name: 'c'}) RETURN a.name", '{"name":"c"}'],
  [
    "MATCH (a:person {name: 'a'}), (b:person {name: 'b'}) MATCH (a)-[:KNOWS*0..1]->(b) RETURN a.name, b.name AS b",
    '{"name":"a","b":"b"}',
  ],
  // Beside rows: those that no way leads from stay.
  [
    "MATCH (a:person) OPTIONAL MATCH (a)-[:KNOWS*2]->(b {name: 'd'}) RETURN a.name, b.name AS b",
    '{"name":"a","b":null}',
    '{"name":"b","b":"d"}',
    '{"name":"c","b":null}',
    '{"name":"d","b":null}',
  ],
  [
    "MATCH (a:person) WHERE a.name < 'c' OPTIONAL MATCH p = (a)-[:KNOWS]->(b) WHERE b.name > 'b' RETURN a.name, length(p) AS l, b",
    '{"name":"a","l":null,"b":null}',
    '{"name":"b","l":1,"b":{"id":3,"name":"c","knows":4}}',
  ],
  [
    "MATCH (a:person) WHERE NOT EXISTS { MATCH (a)-[:KNOWS*1..2]->(b) WHERE b.name = 'd' } RETURN a.name",
    '{"name":"a"}',
    '{"name":"d"}',
  ],
  [
    "MATCH (a:person {name: 'b'}) RETURN [p = (a)-[:KNOWS*1..2]->(b) WHERE b.id > a.id + 1 | [n IN nodes(p) | n.name]] AS ways",
    '{"ways":[["b","c","d"]]}',
  ],
  [
    'MATCH (a:person) RETURN a.name, size((a)<-[:KNOWS]-()) AS n',
    '{"name":"a","n":0}',
    '{"name":"b","n":2}',
    '{"name":"c","n":1}',
    '{"name":"d","n":1}',
  ],
  [
    "MATCH (a:person {name: 'b'})-[r:KNOWS]-(b) RETURN type(r) AS t, startNode(r).name AS s, b.name",
    '{"t":"KNOWS","s":"a","name":"a"}',
    '{"t":"KNOWS","s":"b","name":"c"}',
    '{"t":"KNOWS","s":"d","name":"d"}',
  ],
  [
    "MATCH (a:person {name: 'a'}) OPTIONAL MATCH (a)-[r:KNOWS]-(b) RETURN endNode(r).name AS e, b.name",
    '{"e":"b","name":"b"}',
  ],
  [
    "MATCH (a:person {name: 'a'}) RETURN [(a)-[:KNOWS]->(b) | size([(b)-[:KNOWS]->(c) | c])] AS n",
    '{"n":[1]}',
  ],
];

test.each(cases)('%s', (query, ...expected) => {
  expect(run(query, catalog, data).rows).toEqual([...expected].sort());
});

test('a way that is found beside a row updates it, and one that is lost too', () => {
  const ways = run(
    "MATCH (a:person {name: 'a'}) OPTIONAL MATCH (a)-[:KNOWS*2]->(b) RETURN a.name, b.name AS b",
    catalog,
    {person: '1|a|2\n2|b|\\N\n3|c|4'},
  );
  expect(ways.set({person: '1|a|2\n2|b|3\n3|c|4'}).updated).toEqual([
    '{"name":"a","b":null} -> {"name":"a","b":"c"}',
  ]);
  expect(ways.set({person: '1|a|2\n2|b|3\n3|x|4'}).updated).toEqual([
    '{"name":"a","b":"c"} -> {"name":"a","b":"x"}',
  ]);
  expect(ways.set({person: '1|a|2\n2|b|\\N\n3|x|4'}).updated).toEqual([
    '{"name":"a","b":"x"} -> {"name":"a","b":null}',
  ]);
  ways.set({person: ''});
  expect(ways.size).toBe(0);
});

test('ways come and go with the relationships that they go through', () => {
  const reached = run(
    "MATCH (a:person {name: 'a'})-[:KNOWS*1..3]->(b) RETURN DISTINCT b.name",
    catalog,
    data,
  );
  expect(reached.set({person: '1|a|2\n2|b|4\n3|c|4\n4|d|2'})).toEqual({
    added: [],
    updated: [],
    deleted: ['{"name":"c"}'],
  });
  expect(reached.set({person: '1|a|3\n2|b|4\n3|c|4\n4|d|2'}).added).toEqual(['{"name":"c"}']);
  expect(reached.set({person: ''}).deleted).toHaveLength(3);
  expect(reached.size).toBe(0);
});

const refused: readonly (readonly [query: string, told: string])[] = [
  ['MATCH (a:person)-[:KNOWS*]->(b) RETURN b', 'a relationship of any length is not supported'],
  ['MATCH (a:person)-[:KNOWS*2..]->(b) RETURN b', 'a relationship of any length is not supported'],
  [
    'MATCH (a:person)-[:KNOWS*1..11]->(b) RETURN b',
    'a relationship of more than 10 steps is not supported',
  ],
  [
    'MATCH (a:person)-[:KNOWS*3..2]->(b) RETURN b',
    'a length that ends before it begins is not supported',
  ],
  [
    'MATCH (a:person)-[:KNOWS*1..8]->(b)-[:KNOWS*1..8]->(c) RETURN c',
    'a pattern that can be found in more than 50 ways is not supported',
  ],
  [
    'MATCH p = shortestPath((a:person)-[:KNOWS*1..3]->(b)) RETURN p',
    'shortestPath is not supported',
  ],
  [
    'MATCH (a:person) RETURN allShortestPaths((a)-[:KNOWS*1..3]->()) AS p',
    'allShortestPaths is not supported',
  ],
  [
    'MATCH (a:person)-[r:KNOWS {since: 1}]->(b) RETURN b',
    'a condition on a relationship is not supported',
  ],
];

test.each(refused)('%s is refused', (query, told) => {
  expect(messages(() => run(query, catalog, data))).toContain(told);
});

const messages = (act: () => void): readonly string[] =>
  problemsThrown(act).map(({message}) => message);
