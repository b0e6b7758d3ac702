import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {Problem} from '../../src/lib/problem.ts';
import {type ConnectOptions, openSession, requireUnicode} from '../../src/postgres/connection.ts';
import {sharedServer, testDatabase} from '../support/postgres.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';

const PASSWORD = 'not-to-be-seen-anywhere';

async function options(choices: Partial<ConnectOptions> = {}): Promise<ConnectOptions> {
  return {
    ...(await sharedServer()),
    database: 'postgres',
    sslMode: 'disable',
    sslCa: undefined,
    connectTimeoutMs: 2000,
    applicationName: 'a test',
    ...choices,
  };
}

/** The problem that opening a session ends in. */
async function problemOf(opening: Promise<unknown>): Promise<Problem> {
  const error = await opening.then(
    () => new Error('the session was opened'),
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof Problem)) throw error;
  return error;
}

test.each<[code: string, choices: () => Promise<Partial<ConnectOptions>>, said: string]>([
  ['cannot-connect', async () => ({port: await freePort()}), 'ECONNREFUSED'],
  ['cannot-connect', async () => ({host: 'no-such-host.invalid'}), 'no-such-host.invalid'],
  ['authentication-refused', async () => ({password: PASSWORD}), 'authentication failed for user'],
  ['authentication-refused', async () => ({user: 'nobody', password: PASSWORD}), 'nobody'],
  ['database-missing', async () => ({database: 'nowhere'}), ''],
  ['tls-refused', async () => ({sslMode: 'require'}), 'does not support SSL'],
  ['tls-ca-unreadable', async () => ({sslMode: 'verify-ca', sslCa: '/no/such/file'}), ''],
])('%s is told as such, and without the password', async (code, choices, said) => {
  const problem = await problemOf(openSession(await options(await choices())));
  expect(problem.code).toBe(code);
  const text = JSON.stringify([problem, problem.message, problem.hint]);
  expect(text).toContain(said);
  expect(text).not.toContain(PASSWORD);
});

test('a peer that never answers is given up after the time limit', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const opening = openSession(await options({port, host: '127.0.0.1', connectTimeoutMs: 100}));
  expect((await problemOf(opening)).code).toBe('cannot-connect');
});

test('an aborted signal ends a session, and what runs in it', async () => {
  const aborting = new AbortController();
  const session = await openSession(await options(), {signal: aborting.signal});
  const sleeping = session.client.query('SELECT pg_sleep(60)');
  aborting.abort();
  await expect(sleeping).rejects.toThrow('terminated');
  await session.closed;
});

test('sessions of both kinds write values alike, whatever server and role are set to', async () => {
  const shown = [];
  for (const replication of [false, true]) {
    const session = await openSession(await options(), {replication});
    for (const name of [
      'TimeZone',
      'DateStyle',
      'IntervalStyle',
      'extra_float_digits',
      'bytea_output',
      'client_encoding',
      'statement_timeout',
    ]) {
      const {rows} = await session.client.query(`SHOW ${name}`);
      shown.push(Object.values(rows[0] ?? {})[0]);
    }
    await session.end();
  }
  const each = ['UTC', 'ISO, MDY', 'postgres', '3', 'hex', 'UTF8', '0'];
  expect(shown).toEqual([...each, ...each]);
});

test('a database whose bytes nobody can read is refused', async () => {
  const database = await testDatabase();
  const ascii = `${database.database}_ascii`;
  await database.query(
    `CREATE DATABASE ${ascii} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`,
  );
  const session = await openSession(await options({database: ascii}));
  expect((await problemOf(requireUnicode(session.client, ascii))).code).toBe('encoding-unknown');
  await session.end();
  await database.query(`DROP DATABASE ${ascii}`);
  await database.drop();
});

const tls = join(import.meta.dirname, '../support/tls');
const ca = join(tls, 'ca.pem');
const otherCa = join(tls, 'other-ca.pem');
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('over TLS, with a certificate for localhost', () => {
  let server: TestServer;
  beforeAll(async () => {
    const text = (name: string): string => readFileSync(join(tls, name), 'utf8');
    server = await startServer(
      {ssl: 'on'},
      {'server.crt': text('server.pem'), 'server.key': text('server-key.pem')},
    );
  });
  afterAll(() => server?.dispose());

  const open = async (choices: Partial<ConnectOptions>) =>
    openSession(await options({...server, ...choices}));

  test.each<[Partial<ConnectOptions>, encrypted: boolean]>([
    [{sslMode: 'disable'}, false],
    [{sslMode: 'prefer'}, true],
    [{sslMode: 'require'}, true],
    [{sslMode: 'require', sslCa: ca}, true],
    [{sslMode: 'verify-ca', sslCa: ca, host: '127.0.0.1'}, true],
    [{sslMode: 'verify-full', sslCa: ca, host: 'localhost'}, true],
  ])('%j connects', async (choices, encrypted) => {
    const session = await open(choices);
    const {rows} = await session.client.query(
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    expect(rows).toEqual([{ssl: encrypted}]);
    await session.end();
  });

  test.each<[Partial<ConnectOptions>, said: string]>([
    [{sslMode: 'require', sslCa: otherCa}, 'certificate'],
    [{sslMode: 'verify-ca', sslCa: otherCa}, 'certificate'],
    [{sslMode: 'verify-full', sslCa: ca, host: '127.0.0.1'}, '127.0.0.1'],
    [{sslMode: 'verify-full'}, 'certificate'],
  ])('%j is refused', async (choices, said) => {
    const problem = await problemOf(open(choices));
    expect(problem.code).toBe('tls-refused');
    expect(problem.detail).toContain(said);
  });
});
