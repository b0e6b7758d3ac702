import type {Log} from '../../src/lib/log.ts';
import {testDatabase} from '../support/postgres.ts';
import {type TestService, testService} from '../support/service.ts';
import {pause} from './stream.ts';
import {queriesYaml, REACTIONS, TABLES} from './world.ts';

/** A service that may go away and come back, and those who ask it need not know. */
export interface Restartable {
  /** Always the one that runs. */
  readonly service: TestService;
  /** What fails while the service is away is no failure of its own. */
  whileThere(act: () => Promise<void>): Promise<void>;
  /** Restarts it twice, every so often. */
  restarts(everyMs: number, signal: AbortSignal): Promise<void>;
  /** Throws what the service wrote into its log as an error. */
  expectNoErrors(): void;
  close(): Promise<void>;
}

export async function restartable({
  limits,
  path,
}: {
  limits: string;
  path: string | undefined;
}): Promise<Restartable> {
  const errors: string[] = [];
  const log: Log = {
    error(message, {error, ...fields} = {}) {
      errors.push(`${message} ${JSON.stringify(fields)} ${(error as Error | undefined)?.stack}`);
    },
    warn() {},
    info() {},
    debug() {},
  };
  const database = await testDatabase();
  const choices = {
    ...{queries: queriesYaml(), reactions: REACTIONS, log, database},
    limits: `{${limits}, queryRetryMs: 100, clientRetryMs: 20, clientProgressMs: 100}`,
    ...(path !== undefined && {stateStore: {path}}),
  };
  let current = await testService({...choices, sql: TABLES});
  let away = false;
  return {
    service: new Proxy(current, {get: (_, name) => Reflect.get(current, name)}),
    async whileThere(act) {
      const before = current;
      if (away) return pause(50);
      await act().catch((error) => {
        if (!away && before === current) throw error;
      });
    },
    async restarts(everyMs, signal) {
      for (let left = 2; left > 0; left--) {
        await pause(everyMs);
        if (signal.aborted) return;
        away = true;
        await current.stop();
        current = await testService({...choices, sql: 'SELECT 1', settled: false});
        away = false;
      }
    },
    expectNoErrors() {
      if (errors.length > 0) throw new Error(errors.join('\n'));
    },
    close: () => current.close(),
  };
}
