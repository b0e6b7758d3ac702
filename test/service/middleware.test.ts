import {expect, test} from 'vitest';
import {caughtUp, testService} from '../support/service.ts';

const SQL = `
  CREATE TABLE vehicle (id int PRIMARY KEY, raw text);
  CREATE PUBLICATION test_publication FOR TABLE vehicle;
  INSERT INTO vehicle VALUES (1, '{"tires": [{"at": "fl", "pressure": 190}, {"at": "fr", "pressure": 240.5}]}')`;

const query = (pressure: string): string => `
  - id: low
    autoStart: true
    queryLanguage: GQL
    query: |
      MATCH (v:vehicle)-[:HAS]->(t:Tire)
      FILTER t.pressure < $limit
      RETURN v.id, t.at, t.pressure
    parameters: {limit: ${pressure}}
    sources: [{source_id: db, pipeline: [parse, tires]}]
    middleware:
      - kind: unwind
        name: tires
        config: {vehicle: [{selector: '$.doc.tires[*]', label: Tire, key: $.at, relation: HAS}]}
      - kind: parse_json
        name: parse
        config: {target_property: raw, output_property: doc, max_nesting_depth: 5}`;

test('middleware and parameters of a configuration reach the query, in the order of the pipeline', async () => {
  const service = await testService({sql: SQL, queries: query('200')});
  try {
    expect(await service.results('low')).toEqual([{id: 1, at: 'fl', pressure: 190}]);
    await service.database.query(
      `UPDATE vehicle SET raw = '{"tires": [{"at": "fr", "pressure": 199.5}]}'`,
    );
    await caughtUp(service);
    expect(await service.results('low')).toEqual([{id: 1, at: 'fr', pressure: 199.5}]);
  } finally {
    await service.close();
  }
});

test('a middleware that is wrong is told before anything runs, and over REST as well', async () => {
  const service = await testService({sql: SQL, queries: query('200')});
  try {
    const body = `
query: MATCH (v:vehicle) RETURN v.id
sources: [{sourceId: db, pipeline: [one]}]
middleware: [{kind: awk, name: one, config: {}}]`;
    const answer = await service.send('PUT', '/api/v1/queries/wrong', body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'middleware-kind']);
    const program = `
id: wrong
query: MATCH (t:vehicle) RETURN t.id
sources: [{sourceId: db, pipeline: [split]}]
middleware:
  - {kind: jq, name: split, config: {vehicle: {insert: [{query: '.a | | .b'}]}}}`;
    const jq = await service.send('PUT', '/api/v1/queries/wrong', program);
    expect([jq.status, jq.body.error]).toMatchObject([
      400,
      {
        code: 'middleware-setting',
        message: expect.stringContaining("must be a program of jq: syntax error, unexpected '|'"),
        place: {file: 'body', line: 6, column: 71},
      },
    ]);
  } finally {
    await service.close();
  }
});

const spoken = (id: string, program: string): string => `
  - id: ${id}
    autoStart: true
    query: MATCH (t:vehicle) RETURN t.id, t.at
    sources: [{sourceId: db, pipeline: [tires]}]
    middleware:
      - kind: jq
        name: tires
        config: {vehicle: {insert: [{query: '${program}', id: '.id'}]}}`;

test('a program of jq that loops fails its query alone, within its time', async () => {
  const queries = `${spoken('tires', '(.id) as $id | .raw | fromjson | .tires[] | {id: "\\($id)-\\(.at)", at}')}
    ${spoken('loops', 'if .id == 2 then last(repeat(.)) else {id, at: "-"} end')}`;
  const service = await testService({sql: SQL, queries, limits: '{jqMs: 1500}'});
  try {
    expect(await service.results('loops')).toEqual([{id: 1, at: '-'}]);
    await service.database.query(
      `INSERT INTO vehicle VALUES (2, '{"tires": [{"at": "rl", "pressure": 1}]}')`,
    );
    await caughtUp(service);
    expect(await service.results('tires')).toEqual([
      {id: '1-fl', at: 'fl'},
      {id: '1-fr', at: 'fr'},
      {id: '2-rl', at: 'rl'},
    ]);
    const {body} = await service.send('GET', '/api/v1/queries/loops');
    expect(JSON.stringify(body)).toContain('it takes longer than 1500 ms');
  } finally {
    await service.close();
  }
});
