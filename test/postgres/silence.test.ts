import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../src/lib/clock.ts';
import {openSession, type Session} from '../../src/postgres/connection.ts';
import {ReplicationStream} from '../../src/postgres/replication-stream.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {freshDatabase, runSource, sourceOptions} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const SILENT_MS = 300;

async function session(choices: {silentMs: number}): Promise<{wire: Wire; opened: Session}> {
  const database = await freshDatabase();
  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  const {connect} = sourceOptions(database, {connect: {port: wire.port, ...choices}});
  const opened = await openSession(connect);
  onTestFinished(() => opened.end());
  return {wire, opened};
}

test('a statement that takes longer than silentMs is waited for while the server works', async () => {
  const {opened} = await session({silentMs: SILENT_MS});
  const {rows} = await opened.client.query('SELECT 1 AS one FROM pg_sleep(1.5)');
  expect(rows).toEqual([{one: 1}]);
});

test('a session of which nothing is asked may be silent for as long as it likes', async () => {
  const {opened} = await session({silentMs: 20});
  const other = await session({silentMs: 60_000});
  await other.opened.client.query('SELECT pg_sleep(0.5)');
  expect((await opened.client.query('SELECT 1 AS one')).rows).toEqual([{one: 1}]);
});

const DEAD: [what: string, die: (wire: Wire) => void][] = [
  ['whose server is gone without a word', (wire) => wire.abandon('server')],
  ['on which nothing passes', (wire) => wire.stall()],
];

test.each(DEAD)('what was asked on a line %s fails as connection-silent', async (_what, die) => {
  const {wire, opened} = await session({silentMs: SILENT_MS});
  const asked = opened.client.query('SELECT 1 FROM pg_sleep(0.2)');
  const failure = expect(asked).rejects.toMatchObject({code: 'connection-silent'});
  await until(() => wire.open === 1);
  die(wire);
  await failure;
});

test('rows that the server sends and nobody hands on are not waited for', async () => {
  const {wire, opened} = await session({silentMs: SILENT_MS});
  const passed = wire.passed();
  const asked = opened.client.query(`SELECT repeat('x', 1000) FROM generate_series(1, 200000)`);
  const failure = expect(asked).rejects.toMatchObject({code: 'connection-silent'});
  await until(() => wire.passed() > passed + 1_000_000);
  wire.abandon('server');
  await failure;
});

test('a source whose line dies in its first snapshot begins again', async () => {
  const database = await freshDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, v text);
     INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 30000) AS i`,
  );
  const wire = await openProxy(database);
  onTestFinished(() => wire.close());
  wire.slow(1_000_000);
  const connect = {port: wire.port, silentMs: SILENT_MS};
  const running = runSource(database, {tables: ['t'], connect});
  const begun = wire.passed();
  await until(() => wire.passed() > begun + 500_000, {what: 'a part of the snapshot'});
  expect(running.told).toEqual([]);
  wire.abandon('server');
  wire.calm();
  await running.streaming();
  expect(running.warned).toEqual([expect.stringContaining('[connection-silent]')]);
  expect(running.fold('public.t').size).toBe(30_000);
});

const LET_IN = Buffer.from('5200000008000000005a0000000549', 'hex');

test('a server that lets us in and never begins to send is given up as connection-silent', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(LET_IN));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const {port} = server.address() as AddressInfo;
  const database = await freshDatabase();
  const limits = {silentMs: SILENT_MS, connectTimeoutMs: 100};
  const {connect} = sourceOptions(database, {connect: {port, ...limits}});
  const stream = new ReplicationStream(
    {
      connect,
      tls: false,
      slot: 's',
      publication: 'p',
      from: 0n,
      walSenderTimeoutMs: 0,
      messages: false,
    },
    {message() {}, keepalive() {}},
    systemClock(),
  );
  const opening = stream.open(new AbortController().signal);
  await expect(opening).rejects.toMatchObject({code: 'connection-silent'});
  await stream.close();
});
