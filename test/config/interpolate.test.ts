// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of files.
import {expect, test} from 'vitest';
import {changed, problemsIn, read, SNAKE, told} from '../support/config.ts';

const env = {A: 'alpha', B: 'beta', EMPTY: '', PORT: '9000', LIST: '[a, b]', NESTED: '${A}'};

test.each<[written: string, value: string]>([
  ['${A}', 'alpha'],
  ['x-${A}.y', 'x-alpha.y'],
  ['${A}-${B}', 'alpha-beta'],
  ['${UNSET:-other}', 'other'],
  ['${A:-other}', 'alpha'],
  ['${EMPTY:-other}', 'other'],
  ['"${UNSET:-a: b # c}"', 'a: b # c'],
  ['${UNSET:-}', ''],
  ['${EMPTY}', ''],
  ['$${A}', '${A}'],
  ['$A and $', '$A and $'],
  ['${NESTED}', '${A}'],
  ['${LIST}', '[a, b]'],
  ['{kind: EnvironmentVariable, name: A}', 'alpha'],
  ['{kind: EnvironmentVariable, name: UNSET, default: other}', 'other'],
  ['{kind: EnvironmentVariable, name: EMPTY}', ''],
])('a password written %s is %s', (written, value) => {
  const text = changed(SNAKE, 'password: hunter2', `password: ${written}`);
  expect(read(text, {env}).config.sources[0]?.password).toBe(value);
});

test.each([
  ['${PORT}', 9000],
  ['${UNSET:-9001}', 9001],
  ['90${TWO:-02}', 9002],
  ['{kind: EnvironmentVariable, name: PORT}', 9000],
  ['{kind: EnvironmentVariable, name: UNSET, default: 9003}', 9003],
])('a port written %s is the number %i', (written, port) => {
  expect(read(`port: ${written}`, {env}).config.port).toBe(port);
});

test.each([
  ['true', true],
  ['false', false],
])('a flag from a variable that holds %s is %s', (value, flag) => {
  const text = changed(SNAKE, 'auto_start: true', 'auto_start: ${FLAG}');
  expect(read(text, {env: {FLAG: value}}).config.queries[0]?.autoStart).toBe(flag);
});

test('items of lists are replaced, and ids, too', () => {
  const text = SNAKE.replace('[public.orders]', '["${A}.orders"]').replace(
    'id: stream',
    'id: ${B}',
  );
  const {config} = read(text, {env});
  expect(config.sources[0]?.tables).toEqual(['alpha.orders']);
  expect(config.reactions[0]?.id).toBe('beta');
});

test('query texts and templates are left as they are', () => {
  const query = changed(SNAKE, 'RETURN o.id', "RETURN '${A}'");
  const {config} = read(changed(query, '"gone"', '"${A} $${B}"'), {env});
  expect(config.queries[0]?.query).toContain("RETURN '${A}'");
  expect(config.reactions[1]?.defaultTemplate?.deleted?.template).toBe('${A} $${B}');
});

test('keys are left as they are', () => {
  const text = changed(SNAKE, '      late-orders:', '      ${ROUTE:-late-orders}:');
  expect(told(text)).toEqual(['40:7 route-not-followed']);
});

test.each<[written: string, problem: string]>([
  ['${UNSET}', '2:7 unset-variable'],
  ['a${UNSET}b', '2:7 unset-variable'],
  ['"${UNSET}"', '2:7 unset-variable'],
  ['{kind: EnvironmentVariable, name: UNSET}', '2:7 unset-variable'],
  ['{kind: EnvironmentVariable}', '2:7 malformed-reference'],
  ['{kind: Secret, name: port}', '2:7 secret-reference'],
  ['${constructor}', '2:7 unset-variable'],
  ['${}', '2:7 malformed-reference'],
  ['${A', '2:7 malformed-reference'],
  ['${A B}', '2:7 malformed-reference'],
  ['${A:-${B}}', '2:7 malformed-reference'],
  ['${A-other}', '2:7 malformed-reference'],
])('a port written %s is one problem, where it stands', (written, problem) => {
  expect(told(`id: x\nport: ${written}`, {env})).toEqual([problem]);
});

test('every variable that is not set is told', () => {
  expect(problemsIn('id: ${ONE}-${TWO}\nhost: ${THREE}').map(({message}) => message)).toEqual([
    'environment variable "ONE" is not set',
    'environment variable "TWO" is not set',
    'environment variable "THREE" is not set',
  ]);
});

test('a secret is told as the variable to use instead', () => {
  const text = changed(SNAKE, 'password: hunter2', 'password: {kind: Secret, name: db-password}');
  expect(problemsIn(text)[0]).toMatchObject({
    code: 'secret-reference',
    hint: 'hand it in as an environment variable: ${DB_PASSWORD}',
  });
});

test('a value from a variable that does not fit is told by the variable’s name', () => {
  const text = changed(SNAKE, 'port: 5433', 'port: ${A}');
  expect(problemsIn(text, {env})[0]).toMatchObject({
    code: 'invalid-value',
    detail: 'The file says what A holds.',
  });
});

test('a variable that is not set in what Drasi alone reads is no problem', () => {
  expect(told('secretStore: {token: "${UNSET}"}')).toEqual([]);
});
