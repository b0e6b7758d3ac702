import {expect, test} from 'vitest';
import type {Transaction} from '../../src/data/transaction.ts';
import {engine} from '../../src/pipeline/engine.ts';
import {retries} from '../../src/pipeline/retries.ts';
import {sinkOf} from '../../src/pipeline/sink.ts';
import {sourceQueries} from '../../src/pipeline/source-queries.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import {simulatedClock} from '../support/simulated-clock.ts';

const step = (kind: Transaction['kind'], lsn: bigint): Transaction => ({
  kind,
  sourceId: 'db',
  lsn,
  xid: undefined,
  commitTime: 1,
  changes: new Map(),
});

test('a transaction with a step of time before it is taken with it, whatever the limits are', async () => {
  const {signal} = new AbortController();
  const clock = simulatedClock(0);
  const again = retries({clock, maxMs: 1000, signal, again() {}});
  const queries = sourceQueries({id: 'db', rows: () => [], retries: again});
  const store = memoryStore({epoch: 'test', eventLogEvents: 10, eventLogBytes: 1000});
  const fail = (error: unknown): void => {
    throw error;
  };
  const limits = {transactions: 1, rows: 10};
  const moves = engine({store, limits, query: () => undefined, fail});
  const acknowledged: bigint[] = [];
  const timers = {before: ({lsn}: Transaction) => step('timer', lsn - 1n), async run() {}};
  const source = {acknowledge: (lsn: bigint) => void acknowledged.push(lsn)};
  const sink = sinkOf(source, {queries, timers, engine: moves});
  const all = [step('stream', 10n), step('stream', 20n)];
  expect(await sink.receive(() => all.shift())).toBe(true);
  expect([queries.position?.lsn, all.length]).toEqual([10n, 1]);
  await sink.receive(() => all.shift());
  expect(acknowledged).toEqual([10n, 20n]);
});
