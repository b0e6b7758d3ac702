import type {Key} from '../data/key.ts';
import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {backoffMs} from '../lib/backoff.ts';
import {type Problem, problemsOf, problemText} from '../lib/problem.ts';
import {codeOf, connectionProblem, isOfTheWorld} from '../postgres/failure.ts';
import type {ReplicationStream} from '../postgres/replication-stream.ts';
import {attach, type Held} from './attach.ts';
import {follow} from './follow.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {progress} from './progress.ts';
import {whileUnchanged} from './quiet-changes.ts';
import {relationsOf} from './relations.ts';
import type {Source, SourceSink, SourceState, SourceStatus} from './source.ts';

/** A Postgres database as a source, by logical replication with pgoutput. */
export function postgresSource(options: PostgresSourceOptions, world: SourceWorld): Source {
  return new PostgresSource(options, world);
}

/** What makes the rows held doubtful: they are compared before the stream goes on. */
const DOUBTS = new Set(['image-out-of-step', 'schema-changed', 'transaction-too-large']);

/** What the stream says of changes made while there was no publication. */
const UNDEFINED_OBJECT = '42704';

/**
 * One loop owns everything: look, compare or resume, follow, and again when that broke.
 * The image and its position outlive the connections, so that the next one goes on where
 * the last one ended.
 */
class PostgresSource implements Source {
  readonly id: string;
  readonly #options: PostgresSourceOptions;
  readonly #world: SourceWorld;
  readonly #held: Held = {
    image: new Map(),
    progress: progress(),
    tables: [],
    senderPid: undefined,
    systemId: undefined,
    doubt: undefined,
    marks: new Map(),
  };
  /** Relations of the stream that turned out to be no tables of ours. */
  readonly #strangers = new Set<number>();
  #warnings: readonly Problem[] = [];
  #state: SourceState = {kind: 'stopped'};
  #sinceMs: number;
  #stream: ReplicationStream | undefined;
  /** Attempts that failed since a transaction came through. */
  #failures = 0;

  constructor(options: PostgresSourceOptions, world: SourceWorld) {
    this.id = options.id;
    this.#options = options;
    this.#world = world;
    this.#sinceMs = world.clock.nowMs();
  }

  async run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const guarded = guardedSink(sink, signal, () => {
      this.#failures = 0;
    });
    while (!signal.aborted) {
      const {problem} = this.#state.kind === 'waiting' ? this.#state : {};
      this.#enter({kind: 'connecting', attempt: this.#failures + 1, ...(problem && {problem})});
      try {
        await this.#connection(guarded, signal);
      } catch (error) {
        if (signal.aborted) break;
        await this.#recover(error, signal);
      }
    }
    this.#enter({kind: 'stopped'});
  }

  acknowledge(lsn: Lsn): void {
    this.#held.progress.acknowledge(lsn);
    this.#confirm();
  }

  rows(table: TableId): Iterable<readonly [Key, Row]> {
    return this.#held.image.get(table)?.rows() ?? [];
  }

  status(): SourceStatus {
    const {received, acknowledged, server, oldestCommit} = this.#held.progress;
    const known = server !== undefined && acknowledged !== undefined;
    const ageMs = this.#world.clock.nowMs() - (oldestCommit ?? 0) / 1000;
    return {
      state: this.#state,
      sinceMs: this.#sinceMs,
      receivedLsn: received,
      acknowledgedLsn: acknowledged,
      serverLsn: server,
      lagBytes: known ? Number(server - acknowledged) : undefined,
      lagMs: oldestCommit === undefined ? (known ? 0 : undefined) : Math.max(0, ageMs),
      tables: this.#held.tables.map(({table}) => table.id),
      warnings: this.#warnings,
    };
  }

  /** One connection, from the first look at the database to the break of the stream. */
  async #connection(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const {connect, slotName, publicationName, limits} = this.#options;
    const attached = await attach({
      options: this.#options,
      world: this.#world,
      held: this.#held,
      sink,
      signal,
      onRows: (rowsRead) => this.#enter({kind: 'snapshotting', rowsRead}),
    });
    this.#warn(attached.warnings);
    const {from, tls, walSenderTimeoutMs, viaRoot} = attached;
    const {tables, marks, image, progress} = this.#held;
    const following = {
      sourceId: this.id,
      stream: {
        connect,
        tls,
        slot: slotName,
        publication: publicationName,
        from,
        walSenderTimeoutMs,
      },
      relations: relationsOf(tables, {strangers: this.#strangers, viaRoot}),
      image,
      progress,
      limits,
      clock: this.#world.clock,
      onOpen: (stream: ReplicationStream) => this.#opened(stream),
      receive: sink.receive,
    };
    const around = {options: this.#options, world: this.#world, tls};
    await whileUnchanged(marks, around, signal, (either) => follow(following, either)).finally(
      () => {
        this.#stream = undefined;
      },
    );
  }

  #opened(stream: ReplicationStream): void {
    this.#stream = stream;
    this.#held.senderPid = stream.pid;
    this.#confirm();
    this.#enter({kind: 'streaming'});
    this.#world.log.info('streaming', {source: this.id, slot: this.#options.slotName});
  }

  #confirm(): void {
    const {acknowledged} = this.#held.progress;
    if (acknowledged !== undefined) this.#stream?.confirm(acknowledged);
  }

  /** What broke is told, and waited out where it is likely to be there again. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof Bug) throw error.cause;
    if (problemsOf(error).length === 0 && !isOfTheWorld(error)) throw error;
    const {clock, random, log} = this.#world;
    const several = problemsOf(error);
    const [problem, ...further] =
      several.length > 0 ? several : [connectionProblem(error, this.#options.connect)];
    if (!problem) return;
    this.#failures += 1;
    const doubtful = DOUBTS.has(problem.code) || codeOf(error) === UNDEFINED_OBJECT;
    if (doubtful) this.#held.doubt = problem;
    // A first doubt is cleared at once; one that comes again without progress waits.
    if (doubtful && this.#failures === 1) return;
    const {retryFirstMs, retryMaxMs} = this.#options;
    const limits = {firstMs: retryFirstMs, maxMs: retryMaxMs};
    const waitMs = backoffMs(this.#failures, limits, random());
    for (const each of [problem, ...further]) {
      log.warn(problemText(each), {source: this.id, retryMs: waitMs});
    }
    this.#enter({kind: 'waiting', problem, further, retryAtMs: clock.nowMs() + waitMs});
    await clock.wait(waitMs, signal).catch(() => {});
  }

  #warn(warnings: readonly Problem[]): void {
    const known = new Set(this.#warnings.map(problemText));
    for (const warning of warnings) {
      if (!known.has(problemText(warning))) {
        this.#world.log.warn(problemText(warning), {source: this.id});
      }
    }
    this.#warnings = warnings;
  }

  #enter(state: SourceState): void {
    if (state.kind !== this.#state.kind) this.#sinceMs = this.#world.clock.nowMs();
    this.#state = state;
  }
}

/** Wraps what the sink threw, so that it is not taken for a failure of the database. */
class Bug extends Error {
  override readonly name = 'Bug';
}

/** The sink, whose failures are bugs, and which is not waited for once all is to end. */
function guardedSink(sink: SourceSink, signal: AbortSignal, onReceived: () => void): SourceSink {
  let release = (): void => {};
  // One listener for all calls: a race with one promise would keep every call for ever.
  signal.addEventListener('abort', () => release(), {once: true});
  return {
    describe(tables) {
      try {
        sink.describe(tables);
      } catch (cause) {
        throw new Bug('the sink refused a description', {cause});
      }
    },
    async receive(transaction) {
      if (signal.aborted) return;
      try {
        await new Promise<void>((resolve, reject) => {
          release = resolve;
          sink.receive(transaction).then(resolve, reject);
        });
      } catch (cause) {
        throw new Bug('the sink refused a transaction', {cause});
      }
      if (transaction.kind === 'stream') onReceived();
    },
  };
}
