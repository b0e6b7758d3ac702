import type {Checkpoints} from './checkpoints.ts';
import type {DiskLog} from './disk-log.ts';
import {aboutCharacters} from './event-size.ts';
import {journalEntries} from './journal.ts';
import type {Step} from './store.ts';

/**
 * The first snapshot into a store that holds nothing. Its rows are those of the tables as they
 * are, and of the results: the first checkpoint writes them, page by page, while they are
 * served. Steps after it are written as ever, before anybody sees them.
 *
 * Until that checkpoint is complete the file is worth nothing, and says so: after a crash
 * the store begins anew, under another epoch, and the snapshot is made again. Clients are told
 * that they start afresh, and nothing that they saw was untrue of the database. So nothing is
 * called durable before: Postgres keeps its log until then (docs/decisions/0013).
 */
export interface Founding {
  /** Whether these steps are such a snapshot. To be asked of all steps, in order. */
  is(steps: readonly Step[]): boolean;
  /** Takes it; the rows are where the service has them. */
  take(step: Step, durable: () => void): void;
  /** Calls `durable` now, or once what was written before it counts. */
  settle(durable: () => void): void;
}

export interface FoundingOptions {
  /** Whether nothing was ever stored of any source. */
  readonly empty: boolean;
  /** Rows that are worth it. */
  readonly rows: number;
  /** An event larger than the log may be is not written. */
  readonly eventLogBytes: number;
  readonly log: Pick<DiskLog, 'write' | 'wrote' | 'show' | 'pass'>;
  readonly points: Pick<Checkpoints, 'journal' | 'note' | 'found'>;
  /** Does `act` in one transaction, and says in it that the file is not whole. */
  readonly write: (act: () => void) => void;
}

/** From so many rows on a snapshot takes longer to write than to read. */
export const FOUNDING_ROWS = 20_000;

export function founding({empty, rows, eventLogBytes, ...file}: FoundingOptions): Founding {
  const {log, points, write} = file;
  let possible = empty;
  let waiting: (() => void)[] | undefined;

  return {
    is(steps) {
      if (!possible) return false;
      possible = !steps.some(({transaction}) => transaction !== undefined);
      const [only] = steps;
      return steps.length === 1 && only?.transaction?.kind === 'resync' && rowsOf(only) >= rows;
    },
    take(step, durable) {
      const {events} = step;
      const passed = events.findLastIndex((event) => aboutCharacters(event) > eventLogBytes) + 1;
      const shown = events.slice(passed);
      const bare = withoutRows(step);
      const written = journalEntries([bare]);
      write(() => {
        log.write(shown);
        points.journal(written.entries);
      });
      log.wrote();
      points.note([bare], written);
      if (passed > 0) log.pass(events.slice(0, passed));
      log.show(shown, {written: false});
      waiting = [durable];
      points.found(() => {
        const all = waiting ?? [];
        waiting = undefined;
        for (const one of all) one();
      });
    },
    settle(durable) {
      if (waiting) waiting.push(durable);
      else durable();
    },
  };
}

function rowsOf({transaction, events}: Step): number {
  let rows = 0;
  for (const delta of transaction?.changes.values() ?? []) rows += delta.length;
  for (const {added} of events) rows += added.length;
  return rows;
}

/** What a journal has of a step whose rows stand elsewhere. */
function withoutRows(step: Step): Step {
  const {transaction, events} = step;
  return {
    ...step,
    transaction: transaction && {...transaction, changes: new Map()},
    events: events.map((event) => ({...event, added: [], updated: [], deleted: []})),
  };
}
