import {expect, onTestFinished, test} from 'vitest';
import {openProxy} from '../support/proxy.ts';
import {caughtUp, queryYaml, type TestService, testService} from '../support/service.ts';
import {sseClient} from '../support/sse-client.ts';
import {until} from '../support/until.ts';

const STALLED_MS = 500;
const SILENT_MS = 600;
const NOTE_BYTES = 200_000;

/** A service between two wires: from Postgres, and to its clients. */
async function between() {
  const wires: Awaited<ReturnType<typeof openProxy>>[] = [];
  const service = await testService({
    sql: `CREATE TABLE notes (id int PRIMARY KEY, text text NOT NULL);
      INSERT INTO notes VALUES (1, '');
      CREATE PUBLICATION test_publication FOR TABLE notes`,
    queries: queryYaml('notes', 'MATCH (n:notes) RETURN n.id AS id, n.text AS text'),
    limits: `{clientStalledMs: ${STALLED_MS}}`,
    source: [`silentMs: ${SILENT_MS}`],
    through: async (database) => {
      wires.push(await openProxy(database));
      return wires[0]!;
    },
  });
  const [host, port] = new URL(service.addresses.api).host.split(':');
  wires.push(await openProxy({host: host!, port: Number(port)}));
  onTestFinished(async () => {
    await service.stop();
    for (const wire of wires) await wire.close();
    await service.database.drop();
  });
  const [database, clients] = wires;
  return {service, database: database!, clients: clients!};
}

const openStreams = async ({addresses}: TestService): Promise<number> => {
  const text = await (await fetch(`${addresses.api}/metrics`)).text();
  return Number(/^tailrace_api_stream_clients (\d+)$/m.exec(text)?.[1]);
};

/** A note of its own, so large that no buffer of the system takes many of them. */
const write = (service: TestService, round: number): Promise<unknown> =>
  service.database.query('UPDATE notes SET text = $1 WHERE id = 1', [
    `${round} ${'x'.repeat(NOTE_BYTES)}`,
  ]);

test('a client that is gone without a word is let go, and costs the others nothing', async () => {
  const {service, clients} = await between();
  const stays = await sseClient(`${service.addresses.api}/api/v1/events`);
  onTestFinished(() => stays.close());
  await Promise.all(
    Array.from({length: 5}, () => sseClient(`http://127.0.0.1:${clients.port}/api/v1/events`)),
  );
  expect(await openStreams(service)).toBe(6);
  clients.abandon('client');
  let round = 0;
  await until(
    async () => {
      await write(service, ++round);
      return (await openStreams(service)) === 1;
    },
    {limitMs: 20_000, what: 'the streams of those who are gone to end'},
  );
  await stays.until((one) => one.messageCount === round);
  const {text} = stays.messages().at(-1).updated[0].after;
  expect(text.startsWith(`${round} x`)).toBe(true);
});

test('a line to Postgres that dies without a word is told of, given up after silentMs and made anew', async () => {
  const {service, database} = await between();
  const client = await sseClient(`${service.addresses.api}/api/v1/events`);
  onTestFinished(() => client.close());
  await write(service, 1);
  await client.until((one) => one.messageCount === 1);
  database.stall();
  const begunMs = performance.now();
  const source = async () => (await service.get('/api/v1/sources'))[0];
  // Also while it is tried again, which is soon.
  await until(async () => (await source()).state.problem?.code === 'connection-silent');
  expect(performance.now() - begunMs).toBeGreaterThanOrEqual(SILENT_MS * 0.5);
  expect((await source()).status).not.toBe('Running');
  await write(service, 2);
  database.resume();
  await caughtUp(service);
  await client.until((one) => one.messageCount === 2);
  expect((await source()).status).toBe('Running');
});
