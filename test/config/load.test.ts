// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of files.
import {expect, test} from 'vitest';
import {defaults} from '../../src/config/config.ts';
import {loadConfig} from '../../src/config/load.ts';
import {placeInFile} from '../../src/config/query-place.ts';
import {redacted} from '../../src/config/redacted.ts';
import {Problems, problemText} from '../../src/lib/problem.ts';
import {changed, problemsIn, read, SNAKE, told} from '../support/config.ts';

/** A disk that lives in memory. */
const disk =
  (files: Record<string, string>) =>
  async (path: string): Promise<string> => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), {code: 'ENOENT'});
    return text;
  };

const SIX_MISTAKES = `id: shop
port: 70000
sources:
  - kind: postgres
    id: orders-db
    database: shop
    user: reader
    password: \${SHOP_PASSWORD}
  - kind: mock
    id: sensors
queries:
  - id: late-orders
    autoStart: true
    query: |
      MATCH (o:orders) RETURN o.id
    sorces:
      - sourceId: orders-db
    sources:
      - sourceId: order-db
reactions:
  - kind: sse
    id: stream
    queries: [late-orders]
    heartbeatIntervalMs: often
`;

test('six mistakes are six problems, each where it stands', () => {
  const problems = problemsIn(SIX_MISTAKES);
  expect(problems.map(({message, place}) => [message, place?.line, place?.column])).toEqual([
    ['"port" of the configuration must be a whole number from 0 to 65535', 2, 7],
    ['environment variable "SHOP_PASSWORD" is not set', 8, 15],
    ['source "sensors" is of kind "mock", which Tailrace does not have', 9, 11],
    ['query "late-orders" has no setting "sorces"', 16, 5],
    ['query "late-orders" reads source "order-db", which the file does not have', 19, 19],
    [
      '"heartbeatIntervalMs" of reaction "stream" must be a whole number of milliseconds from 100 to 86400000',
      24,
      26,
    ],
  ]);
  expect(problems.every(({place}) => place?.file === 'app.yaml')).toBe(true);
});

test('a problem is printed with its place and what to do', () => {
  const [problem] = problemsIn(changed(SNAKE, 'slot_name', 'slot_nmae'));
  expect(problemText(problem!)).toMatch(
    /^\[unknown-key] source "orders-db" has no setting "slot_nmae"\n {2}at app\.yaml:16:5\n {2}Its settings are .*\n {2}hint: did you mean "slotName"\?$/,
  );
});

test('a file in snake_case gives the settings that it says', () => {
  const {config} = read(SNAKE);
  expect(config.sources).toEqual([
    {
      ...defaults.source,
      kind: 'postgres',
      id: 'orders-db',
      host: 'db',
      port: 5433,
      database: 'shop',
      user: 'reader',
      password: 'hunter2',
      tables: ['public.orders'],
      slotName: 'shop_slot',
      publicationName: 'shop_publication',
      tableKeys: [{table: 'orders', keyColumns: ['region', 'number']}],
      sslCa: undefined,
    },
  ]);
  expect(config.queries).toEqual([
    {
      id: 'late-orders',
      query: 'MATCH (o:orders)\nWHERE o.late RETURN o.id\n',
      queryLanguage: undefined,
      autoStart: true,
      sources: [{sourceId: 'orders-db', nodes: ['orders'], relations: [], pipeline: []}],
      joins: [],
      middleware: [],
      parameters: {},
      place: {file: 'app.yaml', line: 26, column: 7},
    },
  ]);
  expect(config.reactions).toEqual([
    {
      ...defaults.sse,
      kind: 'sse',
      id: 'stream',
      queries: ['late-orders'],
      autoStart: true,
      port: 8081,
      ssePath: '/late',
      heartbeatIntervalMs: 1000,
      corsAllowedOrigins: [],
      routes: {'late-orders': {added: {template: '{{after.id}}', path: 'added'}}},
      defaultTemplate: undefined,
    },
    {
      kind: 'log',
      id: 'lines',
      queries: ['late-orders'],
      autoStart: true,
      routes: {},
      defaultTemplate: {deleted: {template: 'gone'}},
    },
  ]);
});

test('the same file in camelCase gives the same configuration', () => {
  const camel = SNAKE.replaceAll(
    /([a-z])_([a-z])(?=[a-z_]*:)/g,
    (_, a, b) => a + b.toUpperCase(),
  ).replace('type: postgres', 'kind: postgres');
  expect(camel).toContain('heartbeatIntervalMs');
  expect(camel).not.toMatch(/^ *-? *[a-z]+_[a-z]+:/m);
  expect(read(camel).config).toEqual(read(SNAKE).config);
});

test('a file that says nothing gets every default', () => {
  expect(read('sources: []').config).toEqual({
    id: 'tailrace',
    apiToken: '',
    trustProxy: 0,
    host: '0.0.0.0',
    port: 8080,
    logLevel: 'info',
    corsAllowedOrigins: [],
    limits: defaults.limits,
    sources: [],
    queries: [],
    reactions: [],
  });
});

test('a query that is not started is kept, and a warning names it', () => {
  const {config, warnings} = read(changed(SNAKE, '    auto_start: true\n', ''));
  expect(config.queries[0]?.autoStart).toBe(false);
  expect(warnings.map(({code, message}) => [code, message])).toContainEqual([
    'query-not-started',
    'not started: query "late-orders"',
  ]);
});

test('a position in a block query is where it stands in the file', () => {
  const query = read(SNAKE).config.queries[0]!;
  const line = SNAKE.split('\n').findIndex((line) => line.includes('WHERE'));
  const column = SNAKE.split('\n')[line]!.indexOf('RETURN');
  const within = {line: 2, column: 'WHERE o.late RETURN'.indexOf('RETURN') + 1};
  expect(placeInFile(query, within)).toEqual({
    file: 'app.yaml',
    line: line + 1,
    column: column + 1,
  });
});

test.each([
  ['a block with blank lines before it', 'query: |\n\n      RETURN 1\n', '\nRETURN 1\n', 2, 7],
  ['a block with an indentation of its own', 'query: |2\n        RETURN 1\n', '  RETURN 1\n', 2, 7],
  ['a plain text', 'query: RETURN 1\n', 'RETURN 1', 1, 12],
  ['a quoted text', 'query: "RETURN 1"\n', 'RETURN 1', 1, 13],
])('a query as %s is placed where its text begins', (_name, written, query, line, column) => {
  const block = SNAKE.slice(
    SNAKE.indexOf('query: |'),
    SNAKE.indexOf('    sources:\n      - source_id'),
  );
  const {queries} = read(changed(SNAKE, block, written)).config;
  const first = SNAKE.split('\n').findIndex((line) => line.includes('query: |'));
  expect(queries[0]).toMatchObject({query, place: {line: first + line, column}});
});

test('.env beside the file fills in, and the environment wins', async () => {
  const {config} = await loadConfig({
    path: 'etc/app.yaml',
    readFile: disk({
      'etc/app.yaml': 'id: ${A}\nhost: ${B}',
      'etc/.env': 'A=from-file\nB=from-file\n',
    }),
    env: {B: 'from-environment'},
  });
  expect(config).toMatchObject({id: 'from-file', host: 'from-environment'});
});

test('without a .env the environment alone fills in', async () => {
  const readFile = disk({'app.yaml': 'id: ${A}'});
  const {config} = await loadConfig({path: 'app.yaml', readFile, env: {A: 'shop'}});
  expect(config.id).toBe('shop');
});

test('a file that is not there is a problem that names it', async () => {
  const loading = loadConfig({path: 'app.yaml', readFile: disk({}), env: {}});
  await expect(loading).rejects.toBeInstanceOf(Problems);
  await expect(loading).rejects.toMatchObject({
    problems: [
      {
        code: 'config-unreadable',
        message: 'could not read "app.yaml"',
        detail: 'There is no such file.',
      },
    ],
  });
});

test('mistakes in .env are told with those of the file', async () => {
  const readFile = disk({'app.yaml': 'prt: 1', '.env': 'GOOD=1\nnot an assignment\n'});
  await expect(loadConfig({path: 'app.yaml', readFile, env: {}})).rejects.toMatchObject({
    problems: [
      {code: 'unknown-key', place: {file: 'app.yaml', line: 1}},
      {code: 'env-file-syntax', place: {file: '.env', line: 2}},
    ],
  });
});

test('templates are checked by the function that is handed in, each where it stands', () => {
  const checkTemplate = (text: string) => (text.includes('{{#') ? 'not closed' : undefined);
  const text = changed(SNAKE, '"gone"', '"{{#if x}}"');
  expect(told(text, {checkTemplate})).toEqual(['49:20 template-syntax']);
  expect(told(text)).toEqual([]);
});

test('a password shows in the configuration and not in what is shown of it', () => {
  const {config} = read(SNAKE);
  expect(config.sources[0]?.password).toBe('hunter2');
  expect(JSON.stringify(redacted(config))).not.toContain('hunter2');
  expect(redacted(config).sources[0]?.host).toBe('db');
});
