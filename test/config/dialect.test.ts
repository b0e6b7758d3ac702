import {expect, test} from 'vitest';
import {changed, problemsIn, read, SNAKE, told} from '../support/config.ts';

test.each<[name: string, part: string, replacement: string]>([
  [
    'source_type for kind',
    '- kind: postgres\n    id: orders-db',
    '- source_type: postgres\n    id: orders-db',
  ],
  ['reaction_type for kind', '- kind: log', '- reaction_type: log'],
  [
    'source_subscriptions for sources',
    '    sources:\n      - source_id',
    '    source_subscriptions:\n      - source_id',
  ],
  ['kind of a bootstrap provider', 'type: postgres', 'kind: postgres'],
  [
    'a bootstrap provider in camelCase',
    'bootstrap_provider:\n      type',
    'bootstrapProvider:\n      kind',
  ],
  ['one setting of many in camelCase', 'slot_name', 'slotName'],
  ['a remark', 'id: orders-db', 'id: orders-db\n    description: all orders'],
  ['the version of Drasi’s API', 'id: shop', 'id: shop\napiVersion: drasi.io/v1'],
  ['middleware that is empty', '    auto_start: true', '    auto_start: true\n    middleware: []'],
  [
    'a pipeline that is empty',
    '        nodes: [orders]',
    '        nodes: [orders]\n        pipeline: []',
  ],
  ['numbers in quotes', 'port: 8081', 'port: "8081"'],
  ['settings left empty', 'log_level: info', 'log_level:'],
])('accepts %s, and it changes nothing', (_name, part, replacement) => {
  const written = place(read(changed(SNAKE, part, replacement)).config);
  expect(written).toEqual(place(read(SNAKE).config));
});

/** A configuration without the places of its queries, which a further line moves. */
const place = <T extends {queries: readonly object[]}>(config: T) => ({
  ...config,
  queries: config.queries.map((query) => ({...query, place: undefined})),
});

test('one instance is the file', () => {
  const [head, parts] = [
    SNAKE.slice(0, SNAKE.indexOf('sources:')),
    SNAKE.slice(SNAKE.indexOf('sources:')),
  ];
  const indented = parts
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  const {config} = read(`${head}instances:\n  - id: inner\n${indented}`);
  expect(place(config)).toEqual(place(read(SNAKE).config));
});

test('a file without an id of its own has its instance’s', () => {
  expect(read('instances:\n  - id: inner\n    queries: []').config.id).toBe('inner');
});

test('several instances are refused', () => {
  expect(told('id: x\ninstances:\n  - id: a\n  - id: b')).toEqual(['2:1 several-instances']);
});

test('what the file and its instance both say is given twice', () => {
  const text = 'sources: []\ninstances:\n  - sources: []';
  expect(told(text)).toEqual(['3:5 key-given-twice']);
});

test('a setting in both casings is given twice, though both say the same', () => {
  const text = changed(SNAKE, 'slot_name: shop_slot', 'slot_name: a\n    slotName: a');
  expect(problemsIn(text)).toMatchObject([
    {
      code: 'key-given-twice',
      message: 'source "orders-db" has the setting "slotName" twice',
      detail: 'It is given as "slot_name" on line 16 already.',
      place: {line: 17, column: 5},
    },
  ]);
});

test('names of queries in routes are nobody’s casing', () => {
  const text = SNAKE.replaceAll('late-orders', 'late_orders');
  expect(read(text).config.reactions[0]).toMatchObject({
    queries: ['late_orders'],
    routes: {late_orders: {added: {path: 'added'}}},
  });
});

test('settings of Drasi that mean nothing are one warning, which names each', () => {
  const top = 'plugins:\n  - ref: source/postgres\nverify_plugins: false\nhotReloadPlugins: true\n';
  const text = changed(
    `${top}${SNAKE}`,
    '    auto_start: true',
    '    auto_start: true\n    outboxCapacity: 9',
  );
  const {warnings} = read(text);
  expect(warnings.map(({code}) => code)).toEqual(['ignored-keys']);
  expect(warnings[0]).toMatchObject({
    message: '4 settings mean nothing to Tailrace',
    detail:
      'Ignored: plugins (line 1), verify_plugins (line 3), hotReloadPlugins (line 4), outboxCapacity of query "late-orders" (line 36).',
    place: {line: 1, column: 1},
  });
});

test.each([
  'persistConfig',
  'persistIndex',
  'enableArchive',
  'enableUi',
  'solutionsDir',
  'secretStore',
  'defaultPriorityQueueCapacity',
  'defaultDispatchBufferCapacity',
  'pluginRegistry',
  'autoInstallPlugins',
  'plugins',
  'verifyPlugins',
  'trustedIdentities',
  'hotReloadPlugins',
  'hotReloadDebounceMs',
  'identityProviders',
])('%s of Drasi is accepted with a warning', (key) => {
  expect(read(`${key}: {of: any, form: [at, all]}`).warnings).toMatchObject([
    {code: 'ignored-keys', detail: `Ignored: ${key} (line 1).`},
  ]);
});

test.each([
  'enableBootstrap',
  'bootstrapBufferSize',
  'bootstrapTimeoutSecs',
  'priorityQueueCapacity',
  'dispatchBufferCapacity',
  'dispatchMode',
  'storageBackend',
  'outboxCapacity',
])('%s of a query in Drasi is accepted with a warning', (key) => {
  const text = changed(SNAKE, '    auto_start: true', `    auto_start: true\n    ${key}: 1`);
  expect(read(text).warnings[0]).toMatchObject({code: 'ignored-keys'});
});

test('a pipeline names middleware of its query, and no two have one name', () => {
  const given = (pipeline: string, middleware: string) => {
    const text = changed(
      SNAKE,
      '        nodes: [orders]',
      `        nodes: [orders]\n        pipeline: [${pipeline}]`,
    );
    return changed(
      text,
      '    auto_start: true',
      `    auto_start: true\n    middleware: ${middleware}`,
    );
  };
  const one = '{kind: decoder, name: one, config: {encoding_type: hex}}';
  expect(read(given('one', `[${one}]`)).config.queries[0]).toMatchObject({
    sources: [{pipeline: ['one']}],
    middleware: [{kind: 'decoder', name: 'one', config: {encoding_type: 'hex'}}],
  });
  expect(told(given('two', `[${one}]`))).toEqual([expect.stringContaining('unknown-middleware')]);
  expect(told(given('one', `[${one}, ${one}]`))).toEqual([expect.stringContaining('duplicate-id')]);
  expect(told(given('one', '[{kind: decoder}]'))).toContainEqual(
    expect.stringContaining('missing-key'),
  );
});

test('parameters keep the types that YAML gives them', () => {
  const text = changed(
    SNAKE,
    '    auto_start: true',
    `    auto_start: true\n    parameters: {a: 1, b: '1', c: 1.5, d: true, e: null, f: [x, 2], g: {h: -3}, i: 12345678901234567890}`,
  );
  expect(read(text).config.queries[0]?.parameters).toEqual({
    a: 1,
    b: '1',
    c: 1.5,
    d: true,
    e: null,
    f: ['x', 2],
    g: {h: -3},
    i: 12345678901234567890n,
  });
});

test.each([
  ['source', SNAKE, '- kind: postgres', '- kind: http'],
  ['reaction', SNAKE, '- kind: sse', '- kind: grpc'],
])(
  'a %s of a kind that Drasi has is one problem, whatever else it says',
  (_kind, text, part, kind) => {
    const problems = problemsIn(changed(text, part, `${kind}\n    adaptiveEnabled: \${UNSET}`));
    expect(problems.map(({code}) => code)).toEqual(['unsupported-kind']);
  },
);

test('an unsupported kind is told with those that are supported', () => {
  expect(problemsIn(changed(SNAKE, '- kind: log', '- kind: lgo'))[0]).toMatchObject({
    message: 'reaction "lines" is of kind "lgo", which Tailrace does not have',
    detail: 'Supported here: "sse", "log".',
    hint: 'did you mean "log"?',
  });
});

test('a source without a kind is told which there are', () => {
  const text = changed(SNAKE, '- kind: postgres\n    id: orders-db', '- id: orders-db');
  expect(problemsIn(text)[0]).toMatchObject({code: 'missing-key', hint: 'add "kind": postgres'});
});

test.each<[name: string, part: string, replacement: string, problem: string, hint: string]>([
  [
    'at the top',
    'log_level',
    'log_levle',
    '3:1 the configuration has no setting "log_levle"',
    'logLevel',
  ],
  [
    'in a query',
    'auto_start: true',
    'autostarts: true',
    '31:5 query "late-orders" has no setting "autostarts"',
    'autoStart',
  ],
  [
    'in a subscription',
    'source_id',
    'sourcid',
    '29:9 query "late-orders", sources 1 has no setting "sourcid"',
    'sourceId',
  ],
  [
    'in an operation',
    'path: added',
    'paht: added',
    '43:11 reaction "stream", routes.late-orders.added has no setting "paht"',
    'path',
  ],
  [
    'among the operations',
    '      deleted:',
    '      delted:',
    '48:7 reaction "lines", defaultTemplate has no setting "delted"',
    'deleted',
  ],
  [
    'in a table’s keys',
    'key_columns',
    'key_colums',
    '20:9 source "orders-db", tableKeys 1 has no setting "key_colums"',
    'keyColumns',
  ],
])(
  'an unknown key %s is placed, with the name that was meant',
  (_name, part, replacement, problem, hint) => {
    const [found, ...more] = problemsIn(changed(SNAKE, part, replacement)).filter(
      ({code}) => code === 'unknown-key',
    );
    expect(`${found?.place?.line}:${found?.place?.column} ${found?.message}`).toBe(problem);
    expect(found?.hint).toBe(`did you mean "${hint}"?`);
    expect(more).toEqual([]);
  },
);

test.each(['__proto__', 'constructor', 'toString'])(
  'a key %s, which every object has, is unknown like any other',
  (key) => {
    const text = changed(SNAKE, '    auto_start: true', `    auto_start: true\n    ${key}: 1`);
    expect(told(text)).toEqual(['32:5 unknown-key']);
  },
);

test('an unknown key that is like no other has no hint', () => {
  expect(problemsIn('{id: t, 5 items}')[0]).toMatchObject({
    code: 'unknown-key',
    hint: 'within { } a text with a comma in it stands in quotes',
  });
  expect(problemsIn('frobnicate: 1')[0]).toMatchObject({code: 'unknown-key', hint: undefined});
});

test('a bootstrap provider may be named, when the file has it', () => {
  const named = SNAKE.replace(
    'bootstrap_provider:\n      type: postgres',
    'bootstrap_provider: frist',
  );
  const provider = (id: string) => `bootstrap_providers:\n  - id: ${id}\n    type: postgres\n`;
  expect(told(`${provider('frist')}${named}`)).toEqual([]);
  expect(problemsIn(`${provider('first')}${named}`)[0]).toMatchObject({
    code: 'unknown-bootstrap-provider',
    hint: 'did you mean "first"?',
  });
});

test('a bootstrap provider of another kind is refused', () => {
  const text = changed(SNAKE, 'type: postgres', 'type: scriptfile\n      filePaths: [a]');
  expect(told(text)).toEqual(['22:13 unsupported-kind']);
});
