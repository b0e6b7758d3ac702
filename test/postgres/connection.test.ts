import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {Problem} from '../../src/lib/problem.ts';
import {
  type ConnectOptions,
  openSession,
  requireUnicode,
  type Session,
} from '../../src/postgres/connection.ts';
import {connectionProblem} from '../../src/postgres/failure.ts';
import {startEavesdropper} from '../support/eavesdropper.ts';
import {sharedServer, testDatabase} from '../support/postgres.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {until} from '../support/until.ts';

const PASSWORD = 'not-to-be-seen-anywhere';

async function options(choices: Partial<ConnectOptions> = {}): Promise<ConnectOptions> {
  return {
    ...(await sharedServer()),
    database: 'postgres',
    sslMode: 'disable',
    sslCa: undefined,
    connectTimeoutMs: 2000,
    silentMs: 60_000,
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

test('a session that an administrator ends is lost, and the server is not called not ready', async () => {
  const to = await options();
  const session = await openSession(to);
  const ended = session.client
    .query('SELECT pg_terminate_backend(pg_backend_pid())')
    .catch((error: unknown) => connectionProblem(error, to));
  expect(await ended).toMatchObject({
    code: 'connection-lost',
    detail: 'Terminating connection due to administrator command.',
  });
  await session.end();
});

test('a statement on a session that was lost before it is no failure to connect', async () => {
  const to = await options();
  const {client, end} = await openSession(to);
  const gone = new Promise((resolve) => client.once('end', resolve));
  await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {});
  await gone;
  const asked = client.query('SELECT 1').catch((error: unknown) => connectionProblem(error, to));
  expect(await asked).toMatchObject({code: 'connection-lost'});
  await end();
});

/** How to log in to a fresh database as a fresh role, both called x in `sql`, once that has run. */
async function strangerAfter(sql: string): Promise<Partial<ConnectOptions>> {
  const database = await testDatabase();
  const name = database.database;
  const admin = await openSession(await options());
  onTestFinished(async () => {
    await admin.client.query(`DROP ROLE ${name}`);
    await admin.end();
    await database.drop();
  });
  await admin.client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'p'`);
  await admin.client.query(sql.replace(' x ', ` ${name} `));
  return {database: name, user: name, password: 'p'};
}

test.each<[code: string, sql: string, said: string]>([
  ['too-many-connections', 'ALTER ROLE x CONNECTION LIMIT 0', 'Too many connections for role'],
  [
    'too-many-connections',
    'ALTER DATABASE x CONNECTION LIMIT 0',
    'Too many connections for database',
  ],
  ['privilege-missing', 'REVOKE CONNECT ON DATABASE x FROM PUBLIC', 'Permission denied'],
  ['database-refused', 'ALTER DATABASE x ALLOW_CONNECTIONS false', 'not currently accepting'],
])('%s comes of %s, with the words of the server', async (code, sql, said) => {
  const problem = await problemOf(openSession(await options(await strangerAfter(sql))));
  expect(problem).toMatchObject({code, detail: expect.stringContaining(said)});
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
/** One database nobody may enter, one only over TLS; the rest is open to whoever has a password. */
const PG_HBA = `host template0 all all reject
hostnossl template1 all all reject
host all all all scram-sha-256
`;
const text = (name: string): string => readFileSync(join(tls, name), 'utf8');
const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

describe.runIf(embedded)('over TLS, with a certificate for localhost', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(
      {ssl: 'on'},
      {
        'server.crt': text('server.pem'),
        'server.key': text('server-key.pem'),
        'pg_hba.conf': PG_HBA,
      },
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

  test.each<[Partial<ConnectOptions>, said: string, hint: string]>([
    [{sslMode: 'require', sslCa: otherCa}, 'certificate', 'file of the CA that signed'],
    [{sslMode: 'verify-ca', sslCa: otherCa}, 'certificate', 'file of the CA that signed'],
    [{sslMode: 'verify-full', sslCa: ca, host: '127.0.0.1'}, '127.0.0.1', 'a name that the'],
    [{sslMode: 'verify-full', host: 'localhost'}, 'certificate', 'file of the CA that signed'],
  ])('%j is refused', async (choices, said, hint) => {
    const problem = await problemOf(open(choices));
    expect(problem.code).toBe('tls-refused');
    expect(problem.detail).toContain(said);
    expect(problem.hint).toContain(hint);
  });

  test('the login is bound to the certificate, so that nobody between can pass it on', async () => {
    const own = {key: text('server-key.pem'), cert: text('expired.pem')};
    const port = await startEavesdropper(server, own);
    expect(await problemOf(open({port, sslMode: 'require'}))).toMatchObject({
      code: 'tls-not-end-to-end',
      message: expect.stringContaining(`127.0.0.1:${port}`),
      hint: expect.stringContaining('verify-full'),
    });
  });

  test('whoever stands between and has the very certificate is Postgres to us', async () => {
    const own = {key: text('server-key.pem'), cert: text('server.pem')};
    const port = await startEavesdropper(server, own);
    const session = await open({port, sslMode: 'verify-full', sslCa: ca, host: 'localhost'});
    expect((await session.client.query('SELECT 1 AS one')).rows).toEqual([{one: 1}]);
    await session.end();
  });

  test.each<[Partial<ConnectOptions>, said: string]>([
    [{database: 'template1', sslMode: 'disable'}, 'no encryption'],
    [{database: 'template0', sslMode: 'require'}, 'SSL encryption'],
  ])('%j is not let in by pg_hba.conf', async (choices, said) => {
    expect(await problemOf(open(choices))).toMatchObject({
      code: 'login-not-allowed',
      detail: expect.stringContaining(said),
      hint: expect.stringContaining(`host ${choices.database} postgres`),
    });
  });

  test('a server that shuts down is not ready, and is again once it was started', async () => {
    const last = await open({});
    const stopping = server.stop('smart');
    const refused = async (): Promise<Problem | undefined> => {
      const session = await open({}).catch((error: unknown) => error);
      if (session instanceof Problem) return session;
      await (session as Session).end();
      return undefined;
    };
    let problem: Problem | undefined;
    await until(async () => {
      problem = await refused();
      return problem !== undefined;
    });
    expect(problem).toMatchObject({
      code: 'server-not-ready',
      detail: expect.stringContaining('shutting down'),
    });
    await last.end();
    await stopping;
    await server.start();
    await (await open({})).end();
  });
});

test.runIf(embedded)(
  'a certificate whose time is over is refused where it is checked',
  async () => {
    const files = {'server.crt': text('expired.pem'), 'server.key': text('server-key.pem')};
    const server = await startServer({ssl: 'on'}, files);
    onTestFinished(() => server.dispose());
    const open = async (sslMode: ConnectOptions['sslMode'], sslCa?: string) =>
      openSession(await options({...server, host: 'localhost', sslMode, sslCa}));
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
      expect(await problemOf(open(mode, join(tls, 'expired-ca.pem'))), mode).toMatchObject({
        code: 'tls-refused',
        detail: expect.stringContaining('expired'),
        hint: expect.stringContaining('renew the certificate'),
      });
    }
    // Without a CA file it encrypts and trusts anybody, as libpq does.
    await (await open('require')).end();
  },
);
