import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {Table, TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {Problem, problemsOf, problemText} from '../lib/problem.ts';
import {openSession} from '../postgres/connection.ts';
import {codeOf, connectionProblem, isOfTheWorld} from '../postgres/failure.ts';
import {ReplicationStream, type StreamHandlers} from '../postgres/replication-stream.ts';
import {type Attached, attach, type Held} from './attach.ts';
import {beside} from './beside.ts';
import {requireNotMoved} from './connect-slot.ts';
import {type Following, follow, type Line} from './follow.ts';
import {Bug, guardedSink} from './guarded-sink.ts';
import {type Heartbeat, heartbeat} from './heartbeat.ts';
import {heldFrom} from './memo.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {sourceProblems} from './problems.ts';
import {tableDuty} from './quiet-changes.ts';
import {makesDoubtful, pauseMs} from './recovery.ts';
import {relationsOf} from './relations.ts';
import {sessionName} from './session-name.ts';
import {type SlotGuard, slotGuard} from './slot-guard.ts';
import {
  isAway,
  type Source,
  type SourceSink,
  type SourceState,
  type SourceStatus,
  type Staleness,
  type StoredSource,
} from './source.ts';
import {type Trouble, trouble} from './trouble.ts';
import {type Verifier, verifier} from './verifier.ts';

/** With nothing new for this long, there was nothing. */
const FLOWING_MS = 2000;

const latest = (a: Lsn | undefined, b: Lsn | undefined): Lsn | undefined =>
  a === undefined || b === undefined || a > b ? a : b;

/** A Postgres database as a source, by logical replication with pgoutput. */
export function postgresSource(
  options: PostgresSourceOptions,
  world: SourceWorld,
  stored?: StoredSource,
): Source {
  return new PostgresSource(options, world, stored);
}

/**
 * One loop owns everything: look, compare or resume, follow, and again when that broke.
 * The image and its position outlive the connections, so that the next one goes on where
 * the last one ended.
 */
class PostgresSource implements Source {
  readonly id: string;
  readonly #options: PostgresSourceOptions;
  readonly #world: SourceWorld;
  readonly #held: Held;
  /** Relations of the stream that turned out to be no tables of ours. */
  readonly #strangers = new Set<number>();
  #warnings: readonly Problem[] = [];
  #state: SourceState = {kind: 'stopped'};
  #sinceMs: number;
  #stream: Line | undefined;
  /** Attempts that failed since something of the database's log came through. */
  #failures = 0;
  /** Transactions of the stream that were told. */
  #transactions = 0;
  /** The last transaction of the stream, and when it came. */
  #last = {atMs: 0, steadyMs: Number.NEGATIVE_INFINITY, commitTime: 0};
  #stale: Staleness | undefined;
  /** What the database's clock is ahead of our steady one. */
  #aheadMs: number | undefined;
  /** Aborted to have the connection, or the wait for one, end before its time. */
  #interrupt = new AbortController();
  readonly #guard: SlotGuard;
  readonly #heartbeat: Heartbeat;
  readonly #verifier: Verifier;
  readonly #trouble: Trouble;

  constructor(options: PostgresSourceOptions, world: SourceWorld, stored?: StoredSource) {
    this.id = options.id;
    const session = sessionName(options.connect.applicationName, world.random);
    this.#held = heldFrom(stored, session);
    this.#options = options;
    this.#world = world;
    this.#sinceMs = world.clock.nowMs();
    this.#guard = slotGuard(options, world, session);
    this.#heartbeat = heartbeat(options, world);
    this.#verifier = verifier(options, world, this.#held);
    this.#trouble = trouble(this.id, world);
    // Rows of before, whether it is started or not.
    this.#grownStale(undefined);
  }

  async run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const world = this.#world;
    const guarded = guardedSink(sink, signal, (transaction) => {
      this.#failures = 0;
      this.#transactions += 1;
      this.#verifier.take(transaction);
      const steadyMs = world.clock.steadyMs();
      this.#last = {atMs: this.#databaseMs, steadyMs, commitTime: transaction.commitTime};
    });
    while (!signal.aborted) {
      this.#interrupt = new AbortController();
      const either = AbortSignal.any([signal, this.#interrupt.signal]);
      const {problem, further} = this.#state.kind === 'waiting' ? this.#state : {};
      const failed = problem && {problem, ...(further && {further})};
      this.#enter({kind: 'connecting', attempt: this.#failures + 1, ...failed});
      try {
        await this.#connection(guarded, either);
      } catch (error) {
        if (signal.aborted) break;
        await this.#recover(error, either);
      }
      this.#grownStale(this.#held.doubt);
    }
    this.#enter({kind: 'stopped'});
  }

  resync(): void {
    this.#held.doubt = sourceProblems['resync-asked']({source: this.id});
    // One that is connecting looks at the doubt by itself.
    const {kind} = this.#state;
    if (kind === 'streaming' || kind === 'waiting') this.#interrupt.abort();
  }

  acknowledge(lsn: Lsn): void {
    this.#held.progress.acknowledge(lsn);
    this.#confirm();
  }

  nowMs(): number | undefined {
    if (this.#aheadMs === undefined) return undefined;
    return Math.floor(this.#world.clock.steadyMs() + this.#aheadMs);
  }

  rows(table: TableId): Iterable<readonly [Key, Row]> {
    return this.#held.image.get(table)?.rows() ?? [];
  }

  get tables(): readonly Table[] | undefined {
    const {progress, tables} = this.#held;
    return progress.received === undefined ? undefined : tables.map(({table}) => table);
  }

  status(): SourceStatus {
    const {received, acknowledged, oldestCommit} = this.#held.progress;
    const server = latest(this.#held.progress.server, this.#guard.status?.logEnd);
    const known = !isAway(this.#state) && server !== undefined && acknowledged !== undefined;
    const ageMs = oldestCommit === undefined ? undefined : this.#databaseMs - oldestCommit / 1000;
    const lagMs = ageMs ?? (known ? this.#behindMs : undefined);
    return {
      state: this.#state,
      sinceMs: this.#sinceMs,
      receivedLsn: received,
      acknowledgedLsn: acknowledged,
      serverLsn: server,
      lagBytes: known ? Number(server - acknowledged) : undefined,
      lagMs: lagMs === undefined ? undefined : Math.max(0, Math.round(lagMs)),
      tables: this.#held.tables.map(({table}) => table.id),
      warnings: [...this.#warnings, this.#heartbeat.refusal, this.#guard.heldBack].filter(
        (one) => one !== undefined,
      ),
      transactions: this.#transactions,
      stale: this.#stale,
      slot: this.#guard.status,
      heartbeat: this.#heartbeat.status,
      verification: this.#options.verifyMs > 0 ? this.#verifier.status : undefined,
    };
  }

  get #databaseMs(): number {
    return this.nowMs() ?? this.#world.clock.nowMs();
  }

  /** How old what comes now is when it comes: the server may be far behind itself. */
  get #behindMs(): number {
    const {atMs, steadyMs, commitTime} = this.#last;
    if (this.#world.clock.steadyMs() - steadyMs > FLOWING_MS) return 0;
    return Math.max(0, atMs - commitTime / 1000);
  }

  /** One connection, from the first look at the database to the break of the stream. */
  async #connection(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const attached = await attach({
      options: this.#options,
      world: this.#world,
      held: this.#held,
      sink,
      signal,
      guard: this.#guard,
      onRows: (rowsRead, rowsExpected) =>
        this.#enter({kind: 'snapshotting', rowsRead, rowsExpected}),
      onCompare: (why) => {
        if (!why) return;
        this.#trouble.compares(why);
        this.#grownStale(why);
      },
    });
    this.#warn(attached.warnings);
    const {tls, version} = attached;
    const duties = [tableDuty(this.#held, this.#options), this.#guard.duty];
    if (this.#options.heartbeatMs > 0) {
      const told = (refusal: Problem) =>
        this.#world.log.warn(problemText(refusal), {source: this.id, code: refusal.code});
      duties.push(this.#heartbeat.duty(version, told));
    }
    const around = {options: this.#options, world: this.#world, tls};
    const act = (either: AbortSignal): Promise<void> => {
      // The sink may still hold what it was given last, and be waited for.
      const broken = (): void => this.#broken(either.reason);
      either.addEventListener('abort', broken);
      return follow(this.#following(attached, sink, either), either).finally(() =>
        // Node keeps a signal that somebody listens to until it is aborted, which it may never be.
        either.removeEventListener('abort', broken),
      );
    };
    // A comparison takes its time: the other duties do not wait for it.
    const slow = this.#options.verifyMs > 0 ? [this.#verifier.duty(tls)] : [];
    const both = (either: AbortSignal): Promise<void> => beside(slow, around, either, act);
    await beside(duties, around, signal, both).finally(() => {
      this.#stream = undefined;
      this.#heartbeat.forget();
    });
  }

  #following(attached: Attached, sink: SourceSink, signal: AbortSignal): Following {
    const {from, tls, walSenderTimeoutMs, viaRoot} = attached;
    const {connect, slotName: slot, publicationName: publication, heartbeatMs} = this.#options;
    const {tables, image, progress, session: applicationName} = this.#held;
    const messages = heartbeatMs > 0;
    const named = {...connect, applicationName};
    const stream = {connect: named, tls, slot, publication, from, walSenderTimeoutMs, messages};
    const {clock} = this.#world;
    return {
      sourceId: this.id,
      from,
      line: (handlers: StreamHandlers) =>
        new ReplicationStream(stream, {...handlers, time: this.#heardTime}, clock),
      relations: relationsOf(tables, {
        strangers: this.#strangers,
        viaRoot,
        onMessage: (message) => {
          if (this.#heartbeat.hear(message)) this.#failures = 0;
        },
      }),
      image,
      progress,
      limits: this.#options.limits,
      clock,
      onOpen: async (line) => {
        await this.#checkSlot({from, tls}, signal);
        this.#opened(line);
      },
      sink,
    };
  }

  async #checkSlot(
    {from, tls}: Pick<Attached, 'from' | 'tls'>,
    signal: AbortSignal,
  ): Promise<void> {
    const {connect, slotName} = this.#options;
    const session = await openSession(connect, {tls, signal});
    try {
      await requireNotMoved(session.client, slotName, from);
    } finally {
      await session.end();
    }
  }

  readonly #heardTime = (sentAt: number): void => {
    this.#aheadMs = sentAt / 1000 - this.#world.clock.steadyMs();
  };

  #broken(why: unknown): void {
    if (!(why instanceof Problem)) return;
    this.#grownStale(why);
    this.#enter({kind: 'waiting', problem: why, retryAtMs: this.#world.clock.nowMs()});
  }

  #opened(stream: Line): void {
    this.#stream = stream;
    this.#confirm();
    this.#stale = undefined;
    this.#enter({kind: 'streaming'});
    // Asked for while this connection was past the look at it.
    if (this.#held.doubt) this.#interrupt.abort();
    this.#trouble.over({slot: this.#options.slotName});
  }

  #confirm(): void {
    const {acknowledged} = this.#held.progress;
    if (acknowledged !== undefined) this.#stream?.confirm(acknowledged);
  }

  /** What broke is told, and waited out where it is likely to be there again. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof Bug) throw error.cause;
    if (problemsOf(error).length === 0 && !isOfTheWorld(error)) throw error;
    if (this.#interrupt.signal.aborted) return;
    const several = problemsOf(error);
    const [problem, ...further] =
      several.length > 0 ? several : [connectionProblem(error, this.#options.connect)];
    if (!problem) return;
    this.#failures += 1;
    const failure = {code: problem.code, sqlState: codeOf(error), count: this.#failures};
    if (makesDoubtful(failure)) this.#held.doubt = problem;
    this.#grownStale(problem);
    const waitMs = pauseMs(failure, this.#options, this.#world.random());
    if (waitMs > 0) await this.#wait({problem, further, waitMs}, signal);
  }

  async #wait({problem, further, waitMs}: Wait, signal: AbortSignal): Promise<void> {
    const {clock} = this.#world;
    this.#trouble.failed([problem, ...further], waitMs);
    do {
      this.#enter({kind: 'waiting', problem, further, retryAtMs: clock.nowMs() + waitMs});
      await clock.wait(waitMs, signal).catch(() => {});
      // A snapshot would be of no use to who has not taken in what came before.
    } while (problem.code === 'slot-given-up' && !this.#held.progress.settled && !signal.aborted);
  }

  /** What is held is of the past from now on, where it was not before. */
  #grownStale(why: Problem | undefined): void {
    if (this.#held.progress.received === undefined) return;
    const sinceMs = this.#stale?.sinceMs ?? this.#world.clock.nowMs();
    this.#stale = {sinceMs, why: why ?? this.#stale?.why};
    this.#world.onState?.();
  }

  #warn(warnings: readonly Problem[]): void {
    const known = new Set(this.#warnings.map(problemText));
    for (const warning of warnings) {
      if (!known.has(problemText(warning))) {
        this.#world.log.warn(problemText(warning), {source: this.id, code: warning.code});
      }
    }
    this.#warnings = warnings;
  }

  #enter(state: SourceState): void {
    if (state.kind !== this.#state.kind) this.#sinceMs = this.#world.clock.nowMs();
    this.#state = state;
    this.#world.onState?.();
  }
}

interface Wait {
  readonly problem: Problem;
  /** What else was found wrong at the same time. */
  readonly further: readonly Problem[];
  readonly waitMs: number;
}
