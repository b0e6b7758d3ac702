import type {Transaction} from '../data/transaction.ts';
import type {Clock} from '../lib/clock.ts';
import type {Source} from '../source/source.ts';
import type {Engine} from './engine.ts';
import type {SourceQueries} from './source-queries.ts';

/**
 * Time as it reaches the queries of one source: as transactions of kind `timer`, which
 * change no table, at the position the source has reached. One wait at a time, for the
 * earliest query that is due. The time is the database's, as commit times are: however this
 * machine's clock is set, nothing is due earlier or later.
 *
 * What is due at or before the commit of a change happens before the change, however late
 * the timer or the change comes; so results follow from the commit times alone. While the
 * source is away or behind, the clock moves nothing: what has happened in the database
 * meanwhile is not known yet, and silence would be told that was none.
 */
export interface Timers {
  /** The step of time that comes before a transaction, where something was due by then. */
  before(transaction: Transaction): Transaction | undefined;
  /** Lets time pass until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface TimersOptions {
  readonly source: Pick<Source, 'id' | 'status' | 'nowMs'>;
  readonly queries: SourceQueries;
  readonly engine: Engine;
  readonly clock: Clock;
}

/** The time is looked at this often while something is due: the database's may be set anew. */
const LOOK_MS = 1000;
/** While the source is behind, whether it still is. */
const BEHIND_LOOK_MS = 20;
/** A change that comes this long after its commit is one of the past. */
const LATE_MS = 1000;
/** With no change of the past for this long, the source has caught up. */
const SETTLE_MS = 250;

export function timersOf({source, queries, engine, clock}: TimersOptions): Timers {
  const {dues} = queries;
  let lateAtMs = Number.NEGATIVE_INFINITY;
  let wake = (): void => {};
  dues.watch(() => wake());

  /** undefined: not known yet. */
  const nowMs = (): number | undefined => (source.nowMs ? source.nowMs() : clock.nowMs());

  /** Whether all that was committed until now has come, as far as can be told. */
  function current(): boolean {
    const {state, sinceMs} = source.status();
    const settledMs = clock.nowMs() - Math.max(sinceMs, lateAtMs);
    // Below 0 the clock was set back, and nobody knows for how long it has been so.
    return state.kind === 'streaming' && (settledMs >= SETTLE_MS || settledMs < 0);
  }

  /** The step of time; none where no query has had its first rows. */
  function passed(time: number): Transaction | undefined {
    const {position} = queries;
    if (!position) return undefined;
    const commitTime = Math.max(time, position.commitTime);
    const {id: sourceId} = source;
    const {lsn} = position;
    return {kind: 'timer', sourceId, lsn, xid: undefined, commitTime, changes: new Map()};
  }

  function pass(now: number): void {
    const steps = [passed(Math.floor(now * 1000))];
    engine.take({queries, next: () => steps.shift(), durable: () => {}});
  }

  /** How long to wait for what is due first: 0 for not at all, undefined for ever. */
  function waitMs(): number | undefined {
    const {first} = dues;
    if (first === undefined) return undefined;
    const now = nowMs();
    if (now === undefined) return BEHIND_LOOK_MS;
    const left = Math.ceil(first / 1000 - now);
    if (left > 0) return Math.min(left, LOOK_MS);
    return current() ? 0 : BEHIND_LOOK_MS;
  }

  /** Resolves after the wait, when something is due earlier, or when all is to end. */
  async function waited(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    wake = end;
    signal.addEventListener('abort', end, {once: true});
    try {
      if (ms === undefined) await aborted(ending.signal);
      else await clock.wait(ms, ending.signal).catch(() => {});
    } finally {
      wake = () => {};
      signal.removeEventListener('abort', end);
    }
  }

  return {
    before({commitTime}) {
      if ((nowMs() ?? 0) - commitTime / 1000 > LATE_MS) lateAtMs = clock.nowMs();
      return dues.first !== undefined && dues.first <= commitTime ? passed(commitTime) : undefined;
    },
    async run(signal) {
      while (!signal.aborted) {
        const ms = waitMs();
        const now = nowMs();
        if (ms === 0 && now !== undefined) pass(now);
        else await waited(ms, signal);
      }
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}));
