// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of files.
import {expect, test} from 'vitest';
import {problemText} from '../../src/lib/problem.ts';
import {changed, problemsIn, read, SNAKE, told} from '../support/config.ts';

test.each<[name: string, part: string, replacement: string, problem: string]>([
  [
    'a port that is no number',
    'port: 5433',
    'port: db',
    '"port" of source "orders-db" must be a whole number from 1 to 65535',
  ],
  [
    'a port out of range',
    'port: 5433',
    'port: 65536',
    '"port" of source "orders-db" must be a whole number from 1 to 65535',
  ],
  [
    'port 0 of a database',
    'port: 5433',
    'port: 0',
    '"port" of source "orders-db" must be a whole number from 1 to 65535',
  ],
  [
    'a number with a fraction',
    'port: 5433',
    'port: 54.33',
    '"port" of source "orders-db" must be a whole number from 1 to 65535',
  ],
  [
    'an integer beyond all digits',
    'port: 5433',
    'port: 99999999999999999999999',
    '"port" of source "orders-db" must be a whole number from 1 to 65535',
  ],
  [
    'a host with a scheme',
    'host: db',
    'host: http://db',
    '"host" of source "orders-db" must be the name or address of a host, without port, or the folder of a socket',
  ],
  [
    'a host with a port',
    'host: db',
    'host: "db:5432"',
    '"host" of source "orders-db" must be the name or address of a host, without port, or the folder of a socket',
  ],
  [
    'a mode that Postgres does not have',
    'host: db',
    'ssl_mode: on',
    '"sslMode" of source "orders-db" must be one of disable, prefer, require, verify-ca, verify-full',
  ],
  [
    'a slot in capitals',
    'shop_slot',
    'Shop',
    '"slotName" of source "orders-db" must be at most 63 small letters, digits and underscores',
  ],
  [
    'a flag that is no flag',
    'auto_start: true',
    'auto_start: yes',
    '"autoStart" of query "late-orders" must be true or false',
  ],
  [
    'a language that is none',
    'auto_start: true',
    'query_language: datalog',
    '"queryLanguage" of query "late-orders" must be one of Cypher, GQL, SQL',
  ],
  [
    'an id with a blank',
    'id: stream',
    'id: the stream',
    '"id" of reaction "the stream" must be letters, digits and any of . _ : -, beginning with a letter or digit, at most 100',
  ],
  [
    'a path that is not absolute',
    'sse_path: /late',
    'sse_path: late',
    '"ssePath" of reaction "stream" must be a path that begins with "/" and has no "?" or "#"',
  ],
  [
    'a list where a text belongs',
    'user: reader',
    'user: [reader]',
    '"user" of source "orders-db" must be a text that is not empty',
  ],
  [
    'a text where a list belongs',
    'nodes: [orders]',
    'nodes: orders',
    '"sources 1.nodes" of query "late-orders" must be a list',
  ],
  [
    'a text where a map belongs',
    'template: "gone"',
    'gone',
    '"defaultTemplate.deleted" of reaction "lines" must be a map of settings',
  ],
  [
    'a text where parts belong',
    SNAKE.slice(SNAKE.indexOf('reactions:')),
    'reactions: none',
    '"reactions" of the configuration must be a list',
  ],
  [
    'no columns in a key',
    'key_columns: [region, number]',
    'key_columns: []',
    '"tableKeys 1.keyColumns" of source "orders-db" must be a list of at least 1',
  ],
])('%s is refused', (_name, part, replacement, message) => {
  const problems = problemsIn(changed(SNAKE, part, replacement));
  expect(problems.map((problem) => [problem.code, problem.message])).toEqual([
    ['invalid-value', message],
  ]);
});

test.each<[key: string, part: string, problem: string]>([
  ['database', '    database: shop\n', '8:5 source "orders-db" lacks the setting "database"'],
  ['user', '    user: reader\n', '8:5 source "orders-db" lacks the setting "user"'],
  [
    'sourceId',
    'source_id: orders-db\n        ',
    '29:9 query "late-orders" lacks the setting "sources 1.sourceId"',
  ],
  [
    'queries',
    '    queries: [late-orders]\n    port',
    '33:5 reaction "stream" lacks the setting "queries"',
  ],
])('a missing %s is told where it should stand', (_key, part, problem) => {
  const text = changed(SNAKE, part, part.endsWith('port') ? '    port' : '');
  const [found, ...more] = problemsIn(text);
  expect(`${found?.place?.line}:${found?.place?.column} ${found?.message}`).toBe(problem);
  expect(more).toEqual([]);
});

test.each([
  'db',
  'db.example.org',
  'my_db',
  '10.0.0.1',
  '::1',
  'fe80::1%eth0',
  '/var/run/postgresql',
  'a.b.',
])('%s is a host for Postgres', (host) => {
  expect(read(changed(SNAKE, 'host: db', `host: "${host}"`)).config.sources[0]?.host).toBe(host);
});

test.each<[name: string, part: string, replacement: string, told: string[]]>([
  [
    'two sources of one id',
    '  - kind: postgres',
    `  - kind: postgres
    id: orders-db
    database: x
    user: x
  - kind: postgres`,
    ['13:9 duplicate-id'],
  ],
  [
    'two queries of one id',
    '  - id: late-orders',
    `  - id: late-orders
    query: RETURN 1
    sources: [{sourceId: orders-db}]
  - id: late-orders`,
    ['27:9 duplicate-id'],
  ],
  [
    'a source that is not there',
    'source_id: orders-db',
    'source_id: order-db',
    ['29:20 unknown-source'],
  ],
  [
    'a query that is not there',
    'queries: [late-orders]\n    port',
    'queries: [late-order]\n    port',
    ['35:15 unknown-query', '40:7 route-not-followed'],
  ],
  [
    'a route for another query',
    '      late-orders:',
    '      late-order:',
    ['40:7 route-not-followed'],
  ],
  [
    'a reaction in the API’s paths',
    'port: 8081\n    sse_path: /late',
    'sse_path: /api/late',
    ['33:5 listener-clash'],
  ],
  [
    'a reaction in the place of the dashboard',
    'port: 8081\n    sse_path: /late',
    'port: 8080\n    sse_path: /',
    ['36:11 listener-clash'],
  ],
  [
    'a reaction at the API’s port on one address',
    'port: 8081',
    'host: 127.0.0.1\n    port: 8080',
    ['37:11 listener-clash'],
  ],
])('%s is a problem', (_name, part, replacement, problems) => {
  expect(told(changed(SNAKE, part, replacement))).toEqual(problems);
});

test('a reaction may share the port of the API, on a path of its own', () => {
  expect(told(changed(SNAKE, '    port: 8081\n', ''))).toEqual([]);
});

test('a source that is not there is told with the one that was meant', () => {
  expect(
    problemsIn(changed(SNAKE, 'source_id: orders-db', 'source_id: order-db'))[0],
  ).toMatchObject({
    message: 'query "late-orders" reads source "order-db", which the file does not have',
    detail: 'It has "orders-db".',
    hint: 'did you mean "orders-db"?',
  });
});

test('a mistake in a part does not make what refers to it a mistake, too', () => {
  expect(told(changed(SNAKE, 'port: 5433', 'port: x'))).toEqual(['11:11 invalid-value']);
  expect(told(changed(SNAKE, '- kind: postgres', '- kind: mysql'))).toEqual([
    '8:11 unsupported-kind',
  ]);
});

const stream = (port: string, path: string, host = '0.0.0.0') =>
  `  - {kind: sse, id: "${port}${path.replaceAll('/', '.')}-${host.length}", queries: [], host: "${host}", port: ${port}, ssePath: ${path}}\n`;

test.each<[name: string, reactions: string, clashes: number]>([
  [
    'of one port and path clash',
    stream('9000', '/a', '127.0.0.1') +
      stream('9000', '/a', '127.0.0.1').replace('id: "', 'id: "x'),
    1,
  ],
  ['of one port and two paths share a listener', stream('9000', '/a') + stream('9000', '/b'), 0],
  [
    'of one port and a path below another share a listener',
    stream('9000', '/a') + stream('9000', '/a/b'),
    0,
  ],
  [
    'of one path but for a slash clash',
    stream('9000', '/a') + stream('9000', '/a/').replace('id: "', 'id: "x'),
    1,
  ],
  [
    'of one port and two addresses get on',
    stream('9000', '/a', '127.0.0.1') + stream('9000', '/a', '::1'),
    0,
  ],
  [
    'of one port clash when one takes every address',
    stream('9000', '/a') + stream('9000', '/b', '127.0.0.1'),
    1,
  ],
  ['of two ports get on', stream('9000', '/a') + stream('9001', '/a'), 0],
  ['of free ports get on', stream('0', '/a') + stream('0', '/a').replace('id: "', 'id: "x'), 0],
])('streams %s', (_name, reactions, clashes) => {
  expect(told(`reactions:\n${reactions}`).map((problem) => problem.split(' ')[1])).toEqual(
    Array(clashes).fill('listener-clash'),
  );
});

test('a route may name a query by the last part of its id, as in Drasi', () => {
  const text = changed(
    SNAKE.replaceAll('late-orders', 'shop.late'),
    '      shop.late:',
    '      late:',
  );
  expect(told(text)).toEqual([]);
});

test('two sources of one server need two slots', () => {
  const source = (id: string, more = '') =>
    `  - {kind: postgres, id: ${id}, database: d, user: u${more}}\n`;
  expect(told(`sources:\n${source('a')}${source('b')}`)).toEqual(['3:5 slot-shared']);
  expect(told(`sources:\n${source('a')}${source('b', ', slotName: b')}`)).toEqual([]);
  expect(told(`sources:\n${source('a')}${source('b', ', host: other')}`)).toEqual([]);
});

test.each<[name: string, text: string]>([
  ['in the place of a port', changed(SNAKE, 'port: 5433', 'port: ${SECRET}')],
  ['in the place of a host', changed(SNAKE, 'host: db', 'host: postgres://u:hunter2@db/x')],
  [
    'in a connection string that cannot be read',
    changed(SNAKE, 'host: db', 'url: postgres://u:hunter2@db:99999/x'),
  ],
  [
    'in a connection string of another database',
    changed(SNAKE, 'host: db', 'url: mysql://u:hunter2@db/x'),
  ],
  ['without a blank behind the colon', changed(SNAKE, 'password: hunter2', 'password:hunter2: x')],
  [
    'as an item',
    changed(
      SNAKE,
      '- kind: postgres\n    id: orders-db',
      '- password:hunter2\n  - kind: postgres\n    id: orders-db',
    ),
  ],
  ['as a list', changed(SNAKE, 'password: hunter2', 'password: [hunter2]')],
  ['as a map', changed(SNAKE, 'password: hunter2', 'password: {hunter2: hunter2}')],
  ['with a reference that is none', changed(SNAKE, 'password: hunter2', 'password: ${hunter2')],
  ['given twice', changed(SNAKE, 'password: hunter2', 'password: hunter2\n    password: hunter2')],
])('a password %s is shown in no problem', (_name, text) => {
  const problems = problemsIn(text, {env: {SECRET: 'hunter2'}});
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.map(problemText).join('\n')).not.toContain('hunter2');
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});
