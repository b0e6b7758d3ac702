import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {testDatabase} from './postgres.ts';
import {type TestService, type TestServiceOptions, testService} from './service.ts';
import {type SseClient, sseClient} from './sse-client.ts';

/** A database, and services on it that follow on each other with one store. */
export async function servicesInTurn(sql: string, always: Partial<TestServiceOptions> = {}) {
  const database = await testDatabase();
  await database.query(sql);
  const path = await mkdtemp(join(tmpdir(), 'tailrace-turns-'));
  let running: TestService | undefined;
  onTestFinished(async () => {
    await running?.stop();
    await database.drop();
    await rm(path, {recursive: true, force: true});
  });
  return {
    database,
    async start(queries: string, choices: Partial<TestServiceOptions> = {}) {
      const held = {database, stateStore: {path}, ...always};
      running = await testService({sql: 'SELECT 1', queries, ...held, ...choices});
      return running;
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
}

/** All events of a service: from a snapshot on, or from the last that was heard. */
export const listen = (service: TestService, lastId?: string): Promise<SseClient> =>
  sseClient(
    `${service.addresses.api}/api/v1/events${lastId ? '' : '?snapshot=true'}`,
    lastId ? {'Last-Event-ID': lastId} : {},
  );
