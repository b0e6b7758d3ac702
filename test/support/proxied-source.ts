import {onTestFinished} from 'vitest';
import type {TestDatabase} from './postgres.ts';
import {openProxy, type Wire} from './proxy.ts';
import {type RunningSource, runSource, type SourceChoices} from './running-source.ts';

/** A source that streams, and the wire between it and its database, which can be cut. */
export async function proxiedSource(
  database: TestDatabase,
  choices: SourceChoices,
): Promise<{readonly running: RunningSource; readonly proxy: Wire}> {
  const proxy = await openProxy(database);
  onTestFinished(() => proxy.close());
  const running = runSource(database, {...choices, connect: {port: proxy.port}});
  await running.streaming();
  return {running, proxy};
}
