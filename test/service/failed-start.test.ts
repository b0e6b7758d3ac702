import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readConfig} from '../../src/config/read.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {type Service, startService} from '../../src/pipeline.ts';

/** A port that is another's until `free`. */
async function takenPort(): Promise<{port: number; free(): Promise<void>}> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    port,
    async free() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts a service without a database, on a store of the test's own. */
async function starting(): Promise<(ports: {api?: number; sse?: number}) => Promise<Service>> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-failed-start-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return ({api = 0, sse = 0}) => {
    const text = `
id: test
stateStore: {kind: lmdb, path: ${JSON.stringify(path)}}
host: 127.0.0.1
port: ${api}
sources: [{kind: postgres, id: db, host: 127.0.0.1, port: 1, database: d, user: u, password: p}]
queries: [{id: q, autoStart: true, query: 'MATCH (t:t) RETURN t.id', sources: [{sourceId: db}]}]
reactions:
  - {kind: log, id: lines, queries: [q]}
  - {kind: sse, id: stream, queries: [q], host: 127.0.0.1, port: ${sse}}`;
    const {config} = readConfig({text, file: 'test.yaml', env: {}});
    return startService(config, {
      ...{clock: systemClock(), random: Math.random, pid: process.pid, log: silentLog},
      ...{write: () => {}, publicDir: tmpdir()},
      fail: (error) => {
        throw error;
      },
    });
  };
}

test.each(['api', 'sse'] as const)(
  'a start that fails because the port of the %s is taken leaves the store to the next one',
  async (door) => {
    const start = await starting();
    const taken = await takenPort();
    const failed = await start({[door]: taken.port}).catch((error) => problemsOf(error)[0]?.code);
    expect(failed).toBe('port-in-use');
    await taken.free();
    const second = await start({[door]: taken.port});
    const health = await fetch(`${second.addresses.api}/health`);
    expect(health.status).toBe(200);
    await second.stop();
  },
);

test('a service that is told to stop twice ends once, and both wait for that end', async () => {
  const start = await starting();
  const service = await start({});
  const ends = [service.stop(), service.stop()];
  await Promise.all(ends);
  await service.stop();
  // The store is free again.
  await (await start({})).stop();
});
