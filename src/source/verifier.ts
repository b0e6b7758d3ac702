import {lsnText} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Transaction} from '../data/transaction.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import {connectionProblem, isOfTheWorld, saidBy, tableWent} from '../postgres/failure.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import type {Held} from './attach.ts';
import type {Duty, Looking} from './beside.ts';
import {type Captured, captured} from './captured.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {sourceProblems} from './problems.ts';
import {alteration} from './quiet-changes.ts';
import type {VerificationStatus, Verified} from './verified.ts';
import {type TableVerdict, verify} from './verify.ts';

/**
 * Compares what a source holds with the database, now and then and beside the stream. A
 * difference ends the stream, and the resync that follows mends it.
 */
export interface Verifier {
  readonly status: VerificationStatus;
  /** Is told each transaction of the stream, in the turn in which the image moves by it. */
  take(transaction: Transaction): void;
  duty(tls: TlsOptions): Duty;
}

/** So much behind, a source has other things to do. */
const LAG_BYTES = 16n * 1024n * 1024n;

export function verifier(
  options: PostgresSourceOptions,
  {clock, log}: SourceWorld,
  held: Held,
): Verifier {
  const tables = new Map<TableId, Verified>();
  let status: Omit<VerificationStatus, 'tables'> = {
    ...{running: false, comparisons: 0, differences: 0},
    ...{found: undefined, givenUp: undefined},
  };
  let current: Captured | undefined;

  function judge({followed, lsn, rows, difference}: TableVerdict): Problem | undefined {
    const {id} = followed.table;
    const atMs = clock.nowMs();
    status = {...status, comparisons: status.comparisons + 1};
    if (!difference) {
      tables.set(id, {atMs, lsn, rows});
      return undefined;
    }
    const {missing, changed, extra, keys} = difference;
    const problem = sourceProblems['rows-differ']({
      ...{table: id, lsn: lsnText(lsn), rows, missing, changed, extra, keys},
    });
    tables.delete(id);
    const differences = status.differences + missing + changed + extra;
    status = {...status, differences, found: {atMs, problem}};
    return problem;
  }

  /** One that is behind has changes on their way, and better things to do. */
  function refuseLag(): void {
    const {server = 0n, received = 0n} = held.progress;
    if (server - received <= LAG_BYTES) return;
    const why = `the source is ${server - received} bytes behind`;
    throw sourceProblems['verification-given-up']({why});
  }

  /** The one that was looked at longest ago first: a stream may end before the last. */
  function inTurn() {
    const atMs = (id: TableId): number => tables.get(id)?.atMs ?? 0;
    return held.tables.toSorted((a, b) => atMs(a.table.id) - atMs(b.table.id));
  }

  async function look(
    control: Parameters<Duty['look']>[0],
    {stop, signal}: Looking,
    tls: TlsOptions,
  ): Promise<void> {
    const own = captured({changesMax: options.verifyChanges});
    current = own;
    try {
      refuseLag();
      const verifying = {
        ...{options, world: {clock}, tls, control, tables: inTurn(), image: held.image},
        ...{captured: own, received: () => held.progress.received, signal},
      };
      for await (const verdict of verify(verifying)) {
        const {id} = verdict.followed.table;
        const altered =
          verdict.difference &&
          (await alteration(id, held.marks.get(id), {client: control, options}));
        const problem = altered ?? judge(verdict);
        if (problem) return stop(problem);
      }
      status = {...status, givenUp: undefined};
    } catch (error) {
      if (signal.aborted) return;
      const [said] = problemsOf(error);
      if (!said && !isOfTheWorld(error)) throw error;
      const problem = said ?? refusal(error, options);
      status = {...status, givenUp: {atMs: clock.nowMs(), problem}};
      log.debug(problem.message, {source: options.id});
    } finally {
      current = undefined;
    }
  }

  return {
    get status() {
      return {...status, tables};
    },
    take: (transaction) => current?.take(transaction),
    duty: (tls) => ({
      everyMs: options.verifyMs,
      long: true,
      async look(client, during) {
        status = {...status, running: true};
        try {
          await look(client, during, tls);
        } finally {
          status = {...status, running: false};
        }
      },
    }),
  };
}

function refusal(error: unknown, {connect}: PostgresSourceOptions): Problem {
  if (!tableWent(error)) return connectionProblem(error, connect);
  return sourceProblems['verification-given-up']({why: saidBy(error)});
}
