import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import type {Middleware} from '../../../src/query/middleware/middleware.ts';
import {middlewareMisfits} from '../../../src/query/middleware/middleware.ts';
import {problemsThrown} from '../../support/problems-thrown.ts';
import {added, deleted, QUIET, story, updated} from '../use-cases/story.ts';

const middleware = (kind: string, config: Record<string, unknown>): Middleware => ({
  kind,
  name: `the ${kind}`,
  config,
});

const decoded: readonly (readonly [encoding: string, written: string, text: string | null])[] = [
  ['base64', 'SGVsbG8gV29ybGQh', 'Hello World!'],
  ['base64', 'w6Q=', 'ä'],
  ['base64', '/w==', null],
  ['base64', 'SGVsbG8', null],
  ['base64url', 'w6Q_', 'ä?'],
  ['base64url', 'w6Q/', null],
  ['base64url', 'w6Q', 'ä'],
  ['hex', '48656c6C6f', 'Hello'],
  ['hex', '486', null],
  ['url', 'Hello%20World+%C3%A4', 'Hello World+ä'],
  ['url', '%zz', null],
  ['json_escape', 'a\\\\nb \\\\u00e4 \\\\"', 'a\nb ä "'],
  ['json_escape', '"', null],
];

test.each(decoded)('%s of %s', (encoding_type, written, text) => {
  const told = story({
    tables: {m: 'id int4, raw text'},
    middleware: [
      middleware('decoder', {
        encoding_type,
        target_property: 'raw',
        output_property: 'text',
        on_error: 'skip',
      }),
    ],
    query: 'MATCH (m:m) RETURN m.text',
    data: {m: `1|${written.replaceAll('\\\\', '\\')}`},
  });
  expect(told.rows).toEqual([JSON.stringify({text})]);
});

test('a value that cannot be decoded fails the query with the property, and skip leaves it', () => {
  const given = {
    tables: {m: 'id int4, raw text'},
    query: 'MATCH (m:m) RETURN m.raw',
    data: {m: '1|zz\n2|4f4b\n3|\\N'},
  };
  const config = {encoding_type: 'hex', target_property: 'raw'};
  const failing = () => story({...given, middleware: [middleware('decoder', config)]});
  expect(told(failing)).toEqual([
    '[expression-failed] middleware "the decoder": raw: cannot be decoded (row "1")',
  ]);
  expect(causeOf(failing)).toMatchObject({code: 'middleware-value'});
  const skipping = middleware('decoder', {...config, on_error: 'skip'});
  expect(story({...given, middleware: [skipping]}).rows).toEqual([
    '{"raw":"OK"}',
    '{"raw":"zz"}',
    '{"raw":null}',
  ]);
});

test('json is parsed up to its limits', () => {
  const parse = (config: object) =>
    story({
      tables: {m: 'id int4, raw text'},
      middleware: [
        middleware('parse_json', {
          target_property: 'raw',
          output_property: 'it',
          on_error: 'skip',
          ...config,
        }),
      ],
      query: 'MATCH (m:m) RETURN m.it',
      data: {m: '1|{"a": {"b": 12345678901234567890.10}}\n2|[[1]]\n3|{"a"\n4|null'},
    }).rows;
  expect(parse({})).toEqual([
    '{"it":[[1]]}',
    '{"it":null}',
    '{"it":null}',
    '{"it":{"a":{"b":12345678901234567890.10}}}',
  ]);
  expect(parse({max_nesting_depth: 1}).filter((row) => row.includes('[['))).toEqual([]);
  expect(parse({max_json_size: 5}).at(0)).toBe('{"it":[[1]]}');
});

test('steps of a pipeline take what the steps before them made', () => {
  const told = story({
    tables: {m: 'id int4, raw text'},
    middleware: [
      middleware('decoder', {encoding_type: 'base64', target_property: 'raw'}),
      middleware('parse_json', {target_property: 'raw', output_property: 'doc'}),
      middleware('promote', {mappings: [{path: '$.doc.user', target_name: 'user'}]}),
      middleware('relabel', {labelMappings: {m: 'Message'}}),
      middleware('unwind', {Message: [{selector: '$.doc.tags[*]', label: 'Tag', relation: 'HAS'}]}),
    ],
    query: 'MATCH (m:Message)-[:HAS]->(t:Tag) RETURN m.user, t.name',
    data: {m: `1|${btoa('{"user": "ann", "tags": [{"name": "a"}, {"name": "b"}]}')}`},
  });
  expect(told.rows).toEqual(['{"user":"ann","name":"a"}', '{"user":"ann","name":"b"}']);
  expect(told.set({m: `1|${btoa('{"user": "bob", "tags": [{"name": "b"}]}')}`})).toEqual({
    added: [],
    updated: ['{"user":"ann","name":"a"} -> {"user":"bob","name":"b"}'],
    deleted: ['{"user":"ann","name":"b"}'],
  });
  expect(told.set({m: ''}).deleted).toHaveLength(1);
  expect(told.size).toBe(0);
});

test('an element of a list is known by its key: another order of the list says nothing', () => {
  const tires = (...positions: string[]) =>
    `1|${JSON.stringify(positions.map((position) => ({position, pressure: position.length})))}`;
  const told = story({
    tables: {vehicle: 'id int4, tires jsonb'},
    middleware: [
      middleware('unwind', {
        vehicle: [{selector: '$.tires[*]', label: 'Tire', key: '$.position', relation: 'HAS'}],
      }),
    ],
    query: 'MATCH (v:vehicle)-[:HAS]->(t:Tire) WHERE t.pressure > 3 RETURN v.id, t',
    data: {vehicle: tires('front', 'back', 'top')},
  });
  expect(told.rows).toEqual([
    '{"id":1,"t":{"position":"back","pressure":4}}',
    '{"id":1,"t":{"position":"front","pressure":5}}',
  ]);
  expect(told.set({vehicle: tires('top', 'back', 'front')})).toEqual(QUIET);
  expect(told.set({vehicle: tires('front')})).toEqual(
    deleted('{"id":1,"t":{"position":"back","pressure":4}}'),
  );
});

test('only rows that meet the condition are unwound', () => {
  const told = story({
    tables: {pod: 'id int4, action text, status jsonb'},
    middleware: [
      middleware('unwind', {
        pod: [
          {
            selector: '$.status.containers[*]',
            label: 'Container',
            key: '$.id',
            relation: 'OWNS',
            condition: "$[?(@.action == 'update')]",
          },
        ],
      }),
    ],
    query: 'MATCH (p:pod)-[:OWNS]->(c:Container) RETURN p.id, c.name',
    data: {
      pod: '1|update|{"containers": [{"id": 1, "name": "a"}]}\n2|delete|{"containers": [{"id": 1, "name": "b"}]}',
    },
  });
  expect(told.rows).toEqual(['{"id":1,"name":"a"}']);
  expect(
    told.set({
      pod: '1|update|{"containers": [{"id": 1, "name": "a"}]}\n2|update|{"containers": [{"id": 1, "name": "b"}]}',
    }),
  ).toEqual(added('{"id":2,"name":"b"}'));
});

test('tables with one label after relabel are one', () => {
  const told = story({
    tables: {person: 'id int4, name text', employee: 'id int4, name text, boss int4'},
    middleware: [middleware('relabel', {labelMappings: {person: 'User', employee: 'User'}})],
    query: 'MATCH (u:User) RETURN u.name, u.boss, labels(u) AS l',
    data: {person: '1|ann', employee: '1|bob|7'},
  });
  expect(told.rows).toEqual([
    '{"name":"ann","boss":null,"l":["User"]}',
    '{"name":"bob","boss":7,"l":["User"]}',
  ]);
  expect(told.set({employee: '1|bob|8'})).toEqual(
    updated('{"name":"bob","boss":7,"l":["User"]} -> {"name":"bob","boss":8,"l":["User"]}'),
  );
});

test('map makes nodes of a log: of the rows with one id the last one counts', () => {
  const mapping = {
    label: 'Sensor',
    id: '$.sensor',
    properties: {sensor: '$.sensor', current: '$.data.value'},
  };
  const told = story({
    tables: {log: 'id int4, sensor text, data jsonb'},
    middleware: [
      middleware('map', {
        log: {insert: [{op: 'Update', ...mapping}], update: [mapping]},
      }),
    ],
    query: 'MATCH (s:Sensor) RETURN s.sensor, s.current',
    data: {log: '1|a|{"value": 25}\n2|b|{"value": 1}'},
  });
  expect(told.rows).toEqual(['{"sensor":"a","current":25}', '{"sensor":"b","current":1}']);
  const more = '1|a|{"value": 25}\n2|b|{"value": 1}\n10|a|{"value": 27}';
  expect(told.set({log: more})).toEqual(
    updated('{"sensor":"a","current":25} -> {"sensor":"a","current":27}'),
  );
  expect(told.set({log: `${more}\n9|a|{"value": 26}`})).toEqual(QUIET);
});

test('map takes each value that a selector finds', () => {
  const told = story({
    tables: {telemetry: 'id int4, vehicle text, signals jsonb'},
    middleware: [
      middleware('map', {
        telemetry: {
          insert: [
            {
              selector: "$.signals[?(@.name == 'Speed')]",
              label: 'Vehicle',
              id: '$.vehicle',
              properties: {id: '$.vehicle', speed: "$['$selected'].value"},
            },
          ],
        },
      }),
    ],
    query: 'MATCH (v:Vehicle) WHERE v.speed > 100 RETURN v.id, v.speed',
    data: {telemetry: '1|v1|[{"name": "Heading", "value": 96}, {"name": "Speed", "value": 119}]'},
  });
  expect(told.rows).toEqual(['{"id":"v1","speed":119}']);
});

const wrong: readonly (readonly [kind: string, config: Record<string, unknown>, told: string])[] = [
  ['awk', {}, '[middleware-kind] middleware "the awk" is of the kind "awk", which there is not'],
  [
    'jq',
    {},
    '[middleware-setting] "config" of middleware "the jq" must be a map of labels to mappings',
  ],
  [
    'decoder',
    {target_property: 'a'},
    '[middleware-setting] "config.encoding_type" of middleware "the decoder" must be one of base64, base64url, hex, url, json_escape',
  ],
  [
    'decoder',
    {encoding_type: 'hex'},
    '[middleware-setting] "config.target_property" of middleware "the decoder" must be a text that is not empty',
  ],
  [
    'decoder',
    {encoding_type: 'hex', target_property: 'a', strip: true},
    '[middleware-setting] "config.strip" of middleware "the decoder" must be left out: the settings are encoding_type, target_property, output_property, strip_quotes, on_error',
  ],
  [
    'promote',
    {mappings: []},
    '[middleware-setting] "config.mappings" of middleware "the promote" must be a list of at least 1',
  ],
  [
    'promote',
    {mappings: [{path: 'a.b', target_name: 'c'}]},
    '[middleware-setting] "config.mappings[0].path" of middleware "the promote" must be a JSONPath such as $.a.b[0] or $.list[*]',
  ],
  [
    'relabel',
    {labelMappings: {}},
    '[middleware-setting] "config.labelMappings" of middleware "the relabel" must be a map of labels to labels',
  ],
  [
    'parse_json',
    {target_property: 'a', max_json_size: 0},
    '[middleware-setting] "config.max_json_size" of middleware "the parse_json" must be a whole number above 0',
  ],
  [
    'unwind',
    {v: [{selector: '$.a'}]},
    '[middleware-setting] "config.v[0].label" of middleware "the unwind" must be a text that is not empty',
  ],
  [
    'map',
    {v: {insert: [{label: 'a'}], update: [{label: 'b'}]}},
    '[middleware-not-supported] another mapping for update than for insert of middleware "the map" is not supported',
  ],
  [
    'map',
    {v: {insert: [{op: 'Delete'}]}},
    '[middleware-not-supported] op: Delete for a row that is there of middleware "the map" is not supported',
  ],
];

test.each(wrong)('%s with %o is refused before it runs', (kind, config, message) => {
  const found = middlewareMisfits(middleware(kind, config), {jq: undefined})[0]?.problem;
  expect(`[${found?.code}] ${found?.message}`).toBe(message);
});

const useless: readonly (readonly [kind: string, config: Record<string, unknown>, told: string])[] =
  [
    [
      'decoder',
      {encoding_type: 'hex', target_property: 'b'},
      '[middleware-without-effect] middleware "the decoder" finds no property "b"',
    ],
    [
      'promote',
      {mappings: [{path: '$.b.c', target_name: 'd'}]},
      '[middleware-without-effect] middleware "the promote" finds no property "$.b.c"',
    ],
    [
      'relabel',
      {labelMappings: {x: 'y'}},
      '[middleware-without-effect] middleware "the relabel" finds no label of x',
    ],
    [
      'unwind',
      {x: [{selector: '$.a', label: 'y'}]},
      '[middleware-without-effect] middleware "the unwind" finds no table "x"',
    ],
  ];

test.each(useless)(
  '%s with %o over tables that have nothing of it is refused',
  (kind, config, message) => {
    const given = {tables: {m: 'id int4, a text'}, query: 'MATCH (m:m) RETURN m.a', data: {}};
    expect(told(() => story({...given, middleware: [middleware(kind, config)]}))).toContain(
      message,
    );
  },
);

test('[middleware-in-sql] a query in SQL takes no middleware', () => {
  const given = {tables: {m: 'id int4, a text'}, query: 'SELECT a FROM m', data: {}};
  const config = {encoding_type: 'hex', target_property: 'a'};
  expect(told(() => story({...given, middleware: [middleware('decoder', config)]}))).toEqual([
    '[middleware-in-sql] a query in SQL takes no middleware',
  ]);
});

function told(act: () => void): readonly string[] {
  return problemsThrown(act).map(({code, message}) => `[${code}] ${message}`);
}

function causeOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return problemsOf(error)[0]?.cause;
  }
}
