import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import pg from 'pg';
import {freePort, startServer} from '../test/support/postgres-server.ts';
import {until} from '../test/support/until.ts';

/**
 * How long is it from a commit's return to the event at a client?
 *
 * The real service process (`npm run build` first) over an embedded Postgres, the three
 * queries of the demo, one client on the stream. A writer updates one row at a time, at a
 * steady rate. The floor is a bare replication client in this process: when the same
 * transaction's COMMIT reaches it.
 *
 *   npx tsx bench/latency.ts
 */
const RATE = 200;
const UPDATES = 1000;
const root = process.cwd();

const server = await startServer({fsync: 'on'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-'));
const address = {
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
};
const writer = new pg.Client({...address, database: 'postgres'});
await writer.connect();
await writer.query(`
  CREATE TABLE metrics (id int PRIMARY KEY, name text, value numeric(10,2), unit text);
  INSERT INTO metrics SELECT n, 'metric ' || n, 0, 'x' FROM generate_series(1, 1000) AS n;
  CREATE PUBLICATION p FOR TABLE metrics`);
await writer.query("SELECT pg_create_logical_replication_slot('floor', 'pgoutput')");

const [api, sse] = [await freePort(), await freePort()];
const config = join(folder, 'bench.yaml');
await writeFile(config, configText(api, sse));
const service = spawn(process.execPath, ['dist/main.js', '--config', config], {
  cwd: resolve(root),
  stdio: ['ignore', 'ignore', 'inherit'],
});
await until(async () => {
  const ready = await fetch(`http://127.0.0.1:${api}/ready`).catch(() => undefined);
  return ready?.ok === true;
});

const committed = new Map<number, number>();
const seen = new Map<number, number>();
const floor: number[] = [];
const stream = readStream(`http://127.0.0.1:${sse}/events`);
const bare = await floorClient();
await until(() => stream.connected);

for (let i = 1; i <= UPDATES; i++) {
  const next = performance.now() + 1000 / RATE;
  await writer.query('UPDATE metrics SET value = $1 WHERE id = $2', [i, 1 + (i % 1000)]);
  committed.set(i, performance.now());
  await new Promise((done) => setTimeout(done, Math.max(0, next - performance.now())));
}
await until(() => seen.size === UPDATES && floor.length >= UPDATES, {limitMs: 20_000});
report(
  'service ',
  [...seen].map(([i, at]) => at - committed.get(i)!),
);
report(
  'floor   ',
  floor.slice(0, UPDATES).map((at, i) => at - committed.get(i + 1)!),
);

service.kill('SIGTERM');
await once(service, 'exit');
stream.close();
await bare.end();
await writer.end();
await server.dispose();
await rm(folder, {recursive: true});

function report(name: string, times: number[]): void {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2);
  // biome-ignore lint/suspicious/noConsole: a bench prints its answer
  console.log(`${name} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms`);
}

function readStream(url: string) {
  const cut = new AbortController();
  const state = {connected: false, close: () => cut.abort()};
  void (async () => {
    const response = await fetch(url, {signal: cut.signal});
    state.connected = true;
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const now = performance.now();
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const value = /"after":\{"id":\d+,"name":"[^"]*","value":(\d+)\.00/.exec(part)?.[1];
        if (value) seen.set(Number(value), now);
      }
    }
  })().catch(() => {});
  return state;
}

/** Notes when each COMMIT arrives; decodes and answers nothing. */
async function floorClient() {
  const client = new pg.Client({
    ...address,
    database: 'postgres',
    replication: 'database',
  } as never);
  // The end of this bench is the end of the connection.
  client.on('error', () => {});
  await client.connect();
  // biome-ignore lint/suspicious/noExplicitAny: the protocol connection is not in the types
  const connection = (client as any).connection;
  connection.on('copyData', ({chunk}: {chunk: Buffer}) => {
    if (chunk[0] === 0x77 && chunk[25] === 0x43) floor.push(performance.now());
  });
  client
    .query("START_REPLICATION SLOT floor LOGICAL 0/0 (proto_version '1', publication_names 'p')")
    .catch(() => {});
  return {end: async () => connection.stream.destroy()};
}

function configText(apiPort: number, ssePort: number): string {
  const query = (id: string, text: string) =>
    `  - {id: ${id}, autoStart: true, query: ${JSON.stringify(text)}, sources: [{sourceId: db}]}`;
  return `
host: 127.0.0.1
port: ${apiPort}
logLevel: error
sources:
  - {kind: postgres, id: db, host: ${address.host}, port: ${address.port}, database: postgres,
     user: postgres, password: ${address.password}, tables: [metrics], publicationName: p, slotName: bench}
queries:
${query('current-metrics', 'MATCH (m:metrics) RETURN m.id, m.name, m.value, m.unit')}
${query('critical-metrics', 'MATCH (m:metrics) WHERE m.value > 900000 RETURN m.name, m.value, m.unit')}
${query('named', "MATCH (m:metrics) WHERE m.name = 'none' RETURN m.id")}
reactions:
  - {kind: sse, id: stream, queries: [current-metrics, critical-metrics, named], host: 127.0.0.1, port: ${ssePort}}
`;
}
