import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {freePort, startServer} from '../support/postgres-server.ts';
import {openProxy} from '../support/proxy.ts';
import {until} from '../support/until.ts';
import {gone, killed, startProcess} from './service-process.ts';
import {ask, configText, TABLES} from './workload.ts';

/** From the start of the process to its stream. The server is patient for a minute. */
const LIMIT_MS = 20_000;
const KILLS = 3;
const READER = `SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = 'killed'`;

test('a service that is killed, and whose line stays open at the server, streams once it is started', async () => {
  const server = await startServer();
  onTestFinished(() => server.dispose());
  await ask(server, TABLES);
  const wire = await openProxy(server);
  onTestFinished(() => wire.close());
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-half-open-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const config = join(folder, 'server.yaml');
  const port = await freePort();
  const {host, port: wirePort} = wire;
  const database = {...server, host, port: wirePort};
  await writeFile(config, configText(database, {port, store: join(folder, 'store')}));

  const streams = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/sources/db`);
    const {data} = (await response.json()) as {data?: {status: string}};
    return data?.status === 'Running';
  };
  const reader = async (): Promise<unknown> => (await ask(server, READER))[0];
  let service = await startProcess(config, {port});
  onTestFinished(() => killed(service));
  const streaming = (): Promise<unknown> =>
    until(async () => gone(service) || (await streams()), {limitMs: LIMIT_MS, what: service.said});
  await streaming();
  for (let kill = 0; kill < KILLS; kill++) {
    const left = await reader();
    wire.abandon('client');
    await killed(service);
    // The server begins to send that to nobody.
    await ask(
      server,
      `UPDATE a SET v = v + 1; INSERT INTO a SELECT i, i, 0
      FROM generate_series(${kill * 1000}, ${kill * 1000 + 999}) AS i`,
    );
    expect(await reader()).toEqual(left);
    const sinceMs = performance.now();
    service = await startProcess(config, {port});
    await streaming();
    expect(performance.now() - sinceMs).toBeLessThan(LIMIT_MS);
    expect(await reader()).not.toEqual(left);
  }
}, 120_000);
