import {afterEach, expect, test} from 'vitest';
import type {Delta} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {Row} from '../../src/data/value.ts';
import {engine} from '../../src/pipeline/engine.ts';
import {type LiveQueries, liveQueries} from '../../src/pipeline/live-queries.ts';
import type {Definition} from '../../src/pipeline/live-query.ts';
import {retries} from '../../src/pipeline/retries.ts';
import {sourceQueries} from '../../src/pipeline/source-queries.ts';
import {timersOf} from '../../src/pipeline/timers.ts';
import {compileCypher} from '../../src/query/cypher/lower.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import {optimise} from '../../src/query/optimise.ts';
import type {SourceState} from '../../src/source/source.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import {catalogOf} from '../query/cypher/running.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {SILENT_STATUS} from '../support/source-status.ts';

/** 2026-03-02 08:00:00 UTC. */
const START_MS = Date.UTC(2026, 2, 2, 8);
const {tables} = catalogOf({jobs: 'id int4, state text, due timestamptz'});
const QUERY = `MATCH (j:jobs) WHERE drasi.trueLater(j.state = 'open', j.due) RETURN j.id AS id`;

const stopping: AbortController[] = [];
afterEach(() => {
  for (const one of stopping.splice(0)) one.abort();
});

/** Real queries, engine, store and timers; only the clock and the source are simulated. */
function service({autoStart = true} = {}) {
  const clock = simulatedClock(START_MS);
  const end = new AbortController();
  stopping.push(end);
  const fail = (error: unknown): void => {
    throw error;
  };
  const store = memoryStore({epoch: 'test', eventLogEvents: 1000, eventLogBytes: 1e6});
  const limits = {transactions: 10, rows: 100};
  const moves = engine({store, limits, query: (id) => all.all.get(id), fail});
  const rows = new Map<Key, Row>();
  const again = retries({clock, maxMs: 1000, signal: end.signal, again: () => {}});
  const queries = sourceQueries({id: 'db', rows: () => rows, retries: again});
  const all: LiveQueries = liveQueries({engine: moves, sources: new Map([['db', queries]])});
  const config = {id: 'q', query: QUERY, autoStart} as Parameters<
    typeof all.begin
  >[0][number]['config'];
  const definition: Definition = {
    config,
    origin: 'configuration',
    source: queries,
    plan: () => optimise(compileCypher(QUERY, {tables, joins: []})),
    run: (plan) => dataflow(plan),
  };
  all.begin([definition]);

  let state: SourceState = {kind: 'streaming'};
  let sinceMs = 0;
  const source = {
    id: 'db',
    status: () => ({...SILENT_STATUS, state, sinceMs}),
  };
  const timers = timersOf({source, queries, engine: moves, clock});
  const running = timers.run(end.signal);
  queries.describe(tables);
  let lsn = 0n;

  return {
    clock,
    /** A commit so many seconds after the start: rows `id`, state, seconds at which it is due. */
    async change(atSeconds: number, jobs: readonly (readonly [number, string, number])[]) {
      const edits: Delta = jobs.map(([id, job, due]) => {
        const before = rows.get(id);
        const after: Row = [id, job, (START_MS + due * 1000) * 1000];
        rows.set(id, after);
        return {key: id, before, after};
      });
      lsn += 1n;
      const transaction: Transaction = {
        kind: 'stream',
        sourceId: 'db',
        lsn,
        xid: undefined,
        commitTime: (START_MS + atSeconds * 1000) * 1000,
        changes: new Map([['public.jobs', edits]]),
      };
      const steps = [timers.before(transaction), transaction].filter((step) => step !== undefined);
      moves.take({queries, next: () => steps.shift(), durable: () => {}});
    },
    enter(next: SourceState) {
      state = next;
      sinceMs = clock.nowMs();
    },
    run: (id: string) => {
      all.all.get(id)!.define(definition, {run: true});
      queries.file(all.all.get(id)!);
    },
    /** The events, as `seconds kind lsn +added -deleted`. */
    told: () =>
      store.log.read(0, 100).map(({added, deleted, transaction}) => {
        const seconds = (transaction.commitTime / 1000 - START_MS) / 1000;
        const ids = [...added.map(({key}) => `+${key}`), ...deleted.map(({key}) => `-${key}`)];
        return `${seconds} ${transaction.kind} ${transaction.lsn} ${ids.join(' ')}`;
      }),
    sequences: () => store.log.read(0, 100).map(({sequence}) => sequence),
    async stop() {
      end.abort();
      await running;
    },
  };
}

test('a timer fires when it is due, at the position of the source, and then nothing waits', async () => {
  const one = service();
  await one.change(0, [
    [1, 'open', 5],
    [2, 'open', 5],
    [3, 'open', 100_000],
  ]);
  await one.clock.pass(4999);
  expect(one.told()).toEqual([]);
  await one.clock.pass(1);
  expect(one.told()).toEqual(['5 timer 0/1 +1 +2']);
  // Longer than a timer of the machine can wait.
  await one.clock.pass(99_995_000);
  expect(one.told()).toEqual(['5 timer 0/1 +1 +2', '100000 timer 0/1 +3']);
  expect(one.clock.waiting).toBe(0);
  expect(one.sequences()).toEqual([1, 2]);
});

test('a change that is due earlier than what is waited for moves the timer', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 500]]);
  await one.clock.pass(100);
  await one.change(0.1, [[2, 'open', 0.3]]);
  await one.clock.pass(200);
  expect(one.told()).toEqual(['0.3 timer 0/2 +2']);
});

test('what is due before a change commits happens before it, however late the timer is', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 5]]);
  // The clock of the database is ahead of ours: its commit tells that 5 s have passed.
  await one.change(6, [[1, 'done', 5]]);
  expect(one.told()).toEqual(['6 timer 0/1 +1', '6 stream 0/2 -1']);
});

test('a change at the very microsecond comes after what is due then', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 5]]);
  await one.change(5, [[1, 'done', 5]]);
  expect(one.told()).toEqual(['5 timer 0/1 +1', '5 stream 0/2 -1']);
});

test('while the source is away the clock moves nothing; afterwards the past comes first', async () => {
  const one = service();
  await one.change(0, [
    [1, 'open', 5],
    [2, 'open', 6],
    [3, 'open', 7],
  ]);
  one.enter({kind: 'connecting', attempt: 1});
  await one.clock.pass(60_000);
  expect(one.told()).toEqual([]);
  one.enter({kind: 'streaming'});
  await one.clock.pass(100);
  await one.change(5.5, [[2, 'done', 6]]);
  await one.clock.pass(100);
  await one.change(6.5, [[4, 'open', 1]]);
  await one.clock.pass(200);
  expect(one.told()).toEqual(['5.5 timer 0/1 +1', '6.5 stream 0/3 +4']);
  await one.clock.pass(100);
  expect(one.told().slice(2)).toHaveLength(1);
  expect(one.told()[2]).toMatch(/ timer 0\/3 \+3$/);
});

test('a clock that is set ahead is noticed within a second', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 3600]]);
  await one.clock.pass(10);
  one.clock.set(START_MS + 3_600_000);
  await one.clock.pass(1000);
  expect(one.told()).toHaveLength(1);
});

test('a clock that is set back fires nothing early and nothing twice', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 5]]);
  await one.clock.pass(4000);
  one.clock.set(START_MS);
  await one.clock.pass(4999);
  expect(one.told()).toEqual([]);
  await one.clock.pass(2);
  expect(one.told()).toEqual(['5 timer 0/1 +1']);
  one.clock.set(START_MS);
  await one.clock.pass(20_000);
  expect(one.told()).toHaveLength(1);
});

test('a query that is started later has its timers too', async () => {
  const one = service({autoStart: false});
  await one.change(0, [[1, 'open', 5]]);
  expect(one.clock.waiting).toBe(0);
  one.run('q');
  await one.clock.pass(5000);
  expect(one.told()).toEqual(['5 timer 0/1 +1']);
});

test('stopping ends the wait at once', async () => {
  const one = service();
  await one.change(0, [[1, 'open', 500]]);
  await one.clock.pass(1);
  expect(one.clock.waiting).toBe(1);
  await one.stop();
  expect(one.clock.waiting).toBe(0);
});
