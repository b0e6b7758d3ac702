import type {Edit} from '../../src/data/delta.ts';
import type {Lsn} from '../../src/data/lsn.ts';
import type {TableId} from '../../src/data/schema.ts';
import {INT4} from '../../src/data/type.ts';
import type {Clock} from '../../src/lib/clock.ts';
import {Problem} from '../../src/lib/problem.ts';
import type {FollowedTable} from '../../src/postgres/catalog.ts';
import {follow} from '../../src/source/follow.ts';
import {Bug, guardedSink} from '../../src/source/guarded-sink.ts';
import {emptyImage, netDeltas} from '../../src/source/image.ts';
import {heldFrom, memoText, noteReader} from '../../src/source/memo.ts';
import {sourceProblems} from '../../src/source/problems.ts';
import {makesDoubtful} from '../../src/source/recovery.ts';
import {relationsOf} from '../../src/source/relations.ts';
import type {Source, SourceSink, SourceState, StoredSource} from '../../src/source/source.ts';
import type {Chance, Life} from './mortal.ts';
import type {Mutant} from './mutants.ts';
import {LineCut, type SimLine, type SimServer, TABLES} from './sim-server.ts';
import {Violation} from './violation.ts';

export const SOURCE = 'db';

/** A source over the simulated server, whose line the simulation lets send. */
export interface SimSource extends Source {
  readonly line: SimLine | undefined;
  readonly resyncs: number;
}

export interface SimSourceOptions {
  readonly server: SimServer;
  readonly stored: StoredSource | undefined;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly life: Life;
  readonly mutant: Mutant;
  /** The end of what the store has on disk. */
  readonly durable: () => Lsn;
}

const RETRY_MS = 50;
const LIMITS = {
  transactions: 4,
  changes: 12,
  transactionRows: 1000,
  transactionMemoryBytes: 1_000_000,
  transactionSpillBytes: 1_000_000,
  spillFolder: 'nowhere',
};

const FOLLOWED: readonly FollowedTable[] = TABLES.map(({oid, name, columns}) => ({
  oid,
  table: {
    id: `public.${name}`,
    schema: 'public',
    name,
    columns: columns.map((column) => ({name: column, type: INT4})),
    keyColumns: [0],
    foreignKeys: [],
  },
  replicaIdentity: 'default',
  wire: columns.map((column) => ({name: column, typeOid: 23, modifier: -1})),
  leaves: [],
  only: true,
  rowFilter: undefined,
}));
const DESCRIBED = {tables: FOLLOWED, marks: new Map(), systemId: 'simulated', timeline: 1};

/**
 * The Postgres source with its connections taken away: what it holds, follows, acknowledges
 * and is restored from is the real code; where that asks the database in SQL, this asks the
 * simulated server.
 */
export function simSource(options: SimSourceOptions): SimSource {
  const {server, stored, clock, chance, life, mutant, durable} = options;
  const session = `reader since ${clock.nowMs()}`;
  const held = heldFrom(mutant.stored && stored ? mutant.stored(stored) : stored, session);
  let state: SourceState = {kind: 'stopped'};
  let sinceMs = clock.nowMs();
  let line: SimLine | undefined;
  let resyncs = 0;
  let interrupt = new AbortController();

  function enter(next: SourceState): void {
    if (next.kind !== state.kind) sinceMs = clock.nowMs();
    state = next;
  }

  function confirm(lsn: Lsn): void {
    life.call('confirm', () => {
      if (lsn > durable()) throw new Violation(`${lsn} is confirmed, and ${durable()} is stored`);
      server.confirm(lsn);
    });
  }

  async function attach(sink: SourceSink): Promise<Lsn> {
    const {received} = held.progress;
    const {slot} = server;
    // One that was made and never heard of is past us: what came before it was not sent.
    const usable = slot && received !== undefined && slot.confirmed <= received;
    if (usable && !held.doubt) {
      noteReader(held, sink, {from: received, timeline: DESCRIBED.timeline});
      return received;
    }
    if (!slot) life.call('make slot', () => server.makeSlot());
    await resync(sink);
    return held.progress.received!;
  }

  /** As `resync.ts` and `attach.ts` do it, with a snapshot of the simulated server. */
  async function resync(sink: SourceSink): Promise<void> {
    resyncs += 1;
    const [lsn, now] = [server.walEnd, server.state];
    const takenAt = clock.nowMs() * 1000;
    const edits = new Map<TableId, Edit[]>();
    for (const followed of FOLLOWED) {
      const {id, name} = followed.table;
      const image = held.image.get(id) ?? emptyImage(followed);
      held.image.set(id, image);
      const comparison = image.compare();
      for (const row of now[name as keyof typeof now].values()) comparison.add(row);
      edits.set(id, [...comparison.difference()]);
      comparison.adopt();
    }
    Object.assign(held, DESCRIBED, {doubt: undefined});
    held.progress.restart(lsn);
    held.progress.give(lsn, takenAt);
    const tables = FOLLOWED.map(({table}) => table);
    sink.describe(tables, memoText(DESCRIBED, session));
    held.notedSession = session;
    const changes = netDeltas(edits);
    const sourceId = SOURCE;
    const all = [
      {kind: 'resync' as const, sourceId, lsn, xid: undefined, commitTime: takenAt, changes},
    ];
    await sink.receive(() => all.shift());
  }

  async function connection(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const from = await attach(sink);
    signal.throwIfAborted();
    const {progress, image} = held;
    await follow(
      {
        sourceId: SOURCE,
        from: mutant.from?.(from) ?? from,
        line: (handlers) => {
          const own = mutant.handlers?.(handlers, source) ?? handlers;
          line = server.line({from, handlers: own, chance, confirmed: confirm});
          return line;
        },
        relations: relationsOf(held.tables, {
          strangers: new Set(),
          viaRoot: true,
          onMessage() {},
        }),
        image,
        progress,
        limits: LIMITS,
        clock,
        onOpen() {
          enter({kind: 'streaming'});
          if (progress.acknowledged !== undefined) line?.confirm(progress.acknowledged);
          if (held.doubt) interrupt.abort();
        },
        sink,
      },
      signal,
    );
  }

  async function recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof Bug) throw error.cause;
    if (error instanceof Problem && makesDoubtful({code: error.code, sqlState: '', count: 1})) {
      held.doubt = error;
    } else if (!(error instanceof LineCut) && !interrupt.signal.aborted) throw error;
    const problem = error instanceof Problem ? error : asked();
    enter({kind: 'waiting', problem, retryAtMs: clock.nowMs() + RETRY_MS});
    await clock.wait(RETRY_MS, signal).catch(() => {});
  }

  const source: SimSource = {
    id: SOURCE,
    async run(to, signal) {
      const sink = guardedSink(to, signal, () => {});
      while (!signal.aborted) {
        interrupt = new AbortController();
        const either = AbortSignal.any([signal, interrupt.signal]);
        enter({kind: 'connecting', attempt: 1});
        try {
          await connection(sink, either);
        } catch (error) {
          if (signal.aborted) break;
          await recover(error, either);
        } finally {
          line = undefined;
        }
      }
      enter({kind: 'stopped'});
    },
    acknowledge(lsn) {
      life.call('acknowledge', () => {
        held.progress.acknowledge(lsn);
        const {acknowledged} = held.progress;
        if (acknowledged !== undefined) line?.confirm(acknowledged);
      });
    },
    resync() {
      held.doubt = asked();
      if (state.kind === 'streaming' || state.kind === 'waiting') interrupt.abort();
    },
    rows: (table) => held.image.get(table)?.rows() ?? [],
    get tables() {
      return held.progress.received === undefined ? undefined : held.tables.map(({table}) => table);
    },
    status: () => ({
      state,
      sinceMs,
      receivedLsn: held.progress.received,
      acknowledgedLsn: held.progress.acknowledged,
      serverLsn: held.progress.server,
      lagBytes: undefined,
      lagMs: undefined,
      tables: [],
      warnings: [],
      transactions: 0,
    }),
    get line() {
      return line;
    },
    get resyncs() {
      return resyncs;
    },
  };
  return source;
}

const asked = (): Problem => sourceProblems['resync-asked']({source: SOURCE});
