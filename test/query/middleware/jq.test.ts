import {afterAll, expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {jqThread} from '../../../src/pipeline/jq.ts';
import type {JqAnswer} from '../../../src/query/middleware/jq-program.ts';
import {problemsThrown} from '../../support/problems-thrown.ts';
import {added, deleted, QUIET, story, updated} from '../use-cases/story.ts';

/** A machine that is busy takes some of it from programs that end, too. */
const LIMIT_MS = 3000;
const thread = jqThread({timeoutMs: LIMIT_MS});
afterAll(() => thread.close());

const middleware = (config: Record<string, unknown>) => [{kind: 'jq', name: 'the jq', config}];

const SIGNALS = {telemetry: 'id int4, doc jsonb'};
const signals = (...pairs: readonly (readonly [name: string, value: string])[]): string =>
  JSON.stringify({
    vehicle: 'v1',
    signals: pairs.map(([name, value]) => ({name, value})),
  });

const SPEED = {
  telemetry: {
    insert: [
      {
        op: 'Update',
        label: '"Vehicle"',
        id: '.id',
        query:
          '{id: .doc.vehicle, speed: .doc.signals[] | select(.name == "Speed").value | tonumber}',
      },
    ],
  },
};

test('what a program makes of rows are nodes, of which the last with an id counts', () => {
  const told = story({
    tables: SIGNALS,
    middleware: middleware(SPEED),
    jq: thread,
    query: 'MATCH (v:Vehicle) RETURN v.id, v.speed',
    data: {telemetry: `1|${signals(['Heading', '96'], ['Speed', '119'])}`},
  });
  expect(told.rows).toEqual(['{"id":"v1","speed":119}']);
  const first = `1|${signals(['Speed', '119'])}`;
  expect(told.set({telemetry: `${first}\n2|${signals(['Speed', '120.50'])}`})).toEqual(
    updated('{"id":"v1","speed":119} -> {"id":"v1","speed":120.50}'),
  );
  expect(told.set({telemetry: first})).toEqual(
    updated('{"id":"v1","speed":120.50} -> {"id":"v1","speed":119}'),
  );
  expect(told.set({telemetry: `1|${signals(['Heading', '1'])}`})).toEqual(
    deleted('{"id":"v1","speed":119}'),
  );
});

test('a list is a node for each of its objects, and all answers of a program count', () => {
  const told = story({
    tables: SIGNALS,
    middleware: middleware({
      telemetry: {update: [{query: '[.doc.signals[] | {name}], {name: "last"}'}]},
    }),
    jq: thread,
    query: 'MATCH (s:telemetry) RETURN s.name',
    data: {telemetry: `1|${signals(['a', '1'], ['b', '2'])}`},
  });
  expect(told.rows).toEqual(['{"name":"a"}', '{"name":"b"}', '{"name":"last"}']);
  expect(told.set({telemetry: `1|${signals(['a', '3'], ['b', '4'])}`})).toEqual(QUIET);
  expect(told.set({telemetry: `1|${signals(['c', '3'])}`})).toEqual({
    ...deleted('{"name":"last"}'),
    updated: ['{"name":"a"} -> {"name":"c"}', '{"name":"b"} -> {"name":"last"}'],
  });
});

test('preserve_input keeps the rows beside what comes of them', () => {
  const told = story({
    tables: SIGNALS,
    middleware: middleware({preserve_input: true, mappings: SPEED}),
    jq: thread,
    query: 'MATCH (t:telemetry), (v:Vehicle) RETURN t.id, v.speed',
    data: {telemetry: `1|${signals(['Speed', '7'])}`},
  });
  expect(told.rows).toEqual(['{"id":1,"speed":7}']);
});

test('many rows are given to jq a thousand at a time', () => {
  const counts: number[] = [];
  const counting = {
    check: thread.check,
    run(program: string, inputs: readonly string[]): JqAnswer {
      counts.push(inputs.length);
      return thread.run(program, inputs);
    },
  };
  const rows = Array.from({length: 2500}, (_, i) => `${i}|{"vehicle":"v${i}"}`).join('\n');
  const told = story({
    tables: SIGNALS,
    middleware: middleware({telemetry: {insert: [{query: '{id: .doc.vehicle}'}]}}),
    jq: counting,
    query: 'MATCH (t:telemetry) RETURN count(t.id) AS n',
    data: {telemetry: rows},
  });
  expect(told.rows).toEqual(['{"n":2500}']);
  expect(counts).toEqual([1000, 1000, 500]);
});

const failing = (query: string, more: object = {}) => ({
  tables: SIGNALS,
  middleware: middleware({telemetry: {insert: [{query, ...more}]}}),
  jq: thread,
  query: 'MATCH (t:telemetry) RETURN t.a',
  data: {telemetry: '1|{"a": 1}\n2|{"a": "x"}\n3|{"a": 3}'},
});

test.each([
  ['{a: (.doc.a + 1)}', 'string ("x") and number (1) cannot be added'],
  ['if .doc.a == "x" then 7 else {a: 1} end', 'it answers what is no object'],
  ['if .doc.a == "x" then error else {a: 1} end', '"a":"x"'],
  ['if .doc.a == "x" then last(repeat(.)) else {a: 1} end', `it takes longer than ${LIMIT_MS} ms`],
])(
  '%s fails on the row that it cannot take, and without haltOnError leaves it out',
  (query, why) => {
    const said = told(() => story(failing(query)));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('telemetry.insert[0]: ');
    expect(said[0]).toContain(why);
    expect(said[0]).toContain('(row "2")');
    if (why.includes('ms')) return;
    expect(story(failing(query, {haltOnError: false})).rows).toHaveLength(2);
  },
);

/** The hints of the Problems that `act` throws. */
function hints(act: () => unknown): readonly (string | undefined)[] {
  try {
    act();
  } catch (error) {
    return problemsOf(error).map(({hint}) => hint);
  }
  return [];
}

test.each([
  ['a row', '{a: (.doc.a + 1)}', true],
  ['a program that takes too long', 'last(repeat(.))', false],
])('the hint for %s names haltOnError where that helps', (_what, query, helps) => {
  const [hint = ''] = hints(() => story(failing(query)));
  expect(hint).toContain('mend the row or the program');
  expect(hint.includes('haltOnError: false')).toBe(helps);
});

test.each([
  'now',
  'input',
  '[inputs]',
  'halt',
  'halt_error',
  '1 | halt_error(2)',
  'env',
  'input_filename',
  'input_line_number',
  'get_search_list',
  '"a" | modulemeta',
  '0 | localtime',
  '0 | strflocaltime("%H")',
])('%s is no function of the row, and is not there', (program) => {
  const said = told(() => story(failing(`{a: (${program})}`)));
  expect(said[0]).toMatch(/is not there: what comes of a row follows from the row/);
});

test('the environment is empty', () => {
  expect(story(failing('{a: ($ENV | length)} # said \\')).rows).toEqual(Array(3).fill('{"a":0}'));
});

const wrong: readonly (readonly [config: Record<string, unknown>, message: string])[] = [
  [
    {telemetry: {insert: [{query: '{a: '}]}},
    '[middleware-setting] "config.telemetry.insert[0].query" of middleware "the jq" must be a program of jq: syntax error',
  ],
  [
    {telemetry: {insert: [{query: '.', id: 'nothing'}]}},
    '[middleware-setting] "config.telemetry.insert[0].id" of middleware "the jq" must be a program of jq: nothing/0 is not defined',
  ],
  [
    {telemetry: {insert: [{query: '.) | (.'}]}},
    '[middleware-setting] "config.telemetry.insert[0].query" of middleware "the jq" must be a program of jq: syntax error',
  ],
  [
    {telemetry: {insert: [{query: '.', label: '.kind'}]}},
    '[middleware-not-supported] a label that is computed of middleware "the jq" is not supported',
  ],
  [
    {telemetry: {insert: [{query: '.'}], update: [{query: '.a'}]}},
    '[middleware-not-supported] another mapping for update than for insert of middleware "the jq" is not supported',
  ],
  [
    {telemetry: {insert: [{query: '.', op: 'Delete'}]}},
    '[middleware-not-supported] op: Delete for a row that is there of middleware "the jq" is not supported',
  ],
  [
    {nothing: {insert: [{query: '.'}]}},
    '[middleware-without-effect] middleware "the jq" finds no table "nothing"',
  ],
];

test.each(wrong)('%o is refused', (config, message) => {
  const given = {tables: SIGNALS, query: 'MATCH (t:telemetry) RETURN t.a', data: {}, jq: thread};
  const said = told(() => story({...given, middleware: middleware(config)}));
  expect(said[0]?.startsWith(message), said[0]).toBe(true);
});

test('a row that comes is added', () => {
  const stream = story({...failing('{a: .doc.a}'), data: {}});
  expect(stream.set({telemetry: '1|{"a": 1}'})).toEqual(added('{"a":1}'));
});

function told(act: () => void): readonly string[] {
  return problemsThrown(act).map(({code, message}) => `[${code}] ${message}`);
}
