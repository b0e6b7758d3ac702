import type {Event, EventRow, EventTransaction} from '../data/event.ts';
import {compareToMoment, type Moment} from '../data/moment.ts';
import type {EventLog} from '../store/store.ts';
import {sizeOf} from './events.ts';
import {eventsAfter, eventsUpTo, type Pace, pace} from './log-walk.ts';

/** How a result differs from the one that there is now. */
export interface Rewound {
  /** Rows that were others then: their texts, undefined where there was none. */
  readonly rows: ReadonlyMap<string, string | undefined>;
  /** The last event that had happened. */
  readonly sequence: number;
  /** Of the last event of the same source that had; undefined where that is not held. */
  readonly transaction: EventTransaction | undefined;
}

/** Why a result can not be had. */
export type Unheld =
  /** The log does not reach back so far. */
  | {readonly kind: 'not-held'}
  /** More rows have changed since than may be held for it. */
  | {readonly kind: 'too-much'};

export interface Rewinding {
  readonly queryId: string;
  readonly at: Moment;
  /** The source whose positions and times count: the one that the query reads now. */
  readonly source: string;
  /** Rows that may be held; there is no row more at any moment, however many an event has. */
  readonly rowsMax: number;
  /** Rows that are looked at in one turn. */
  readonly turnRows: number;
}

/**
 * Goes back from the result that there is now: what the events after a moment did is undone,
 * the newest first. Other turns come between; what they do is undone as well, so that in the
 * end the present and all that changed since fit together. In that very turn `take` is
 * called, and what it reads of the present is as of the same event.
 */
export async function rewind<T>(
  log: EventLog,
  rewinding: Rewinding,
  take: (found: Rewound | Unheld) => T,
): Promise<T> {
  const {rowsMax, turnRows, queryId} = rewinding;
  const begun = log.last;
  const turns = pace(turnRows);
  const rows = new Map<string, string | undefined>();
  const isFull = (key: string): boolean => rows.size >= rowsMax && !rows.has(key);

  const back = await undone(log, rewinding, {rows, isFull, turns});
  if ('kind' in back) return take(back);
  for (let place = begun; ; ) {
    const events = eventsAfter(log, place);
    if (!events) return take({kind: 'not-held'});
    for (const event of events) {
      place = event.sequence;
      // What was touched before has its text already: the oldest one counts.
      const mine = event.queryId === queryId ? rowsOf(event) : [];
      for (const {key, before} of mine) {
        if (isFull(key)) return take({kind: 'too-much'});
        if (!rows.has(key)) rows.set(key, before);
      }
      if (turns.over(1 + sizeOf(event))) break;
    }
    if (place === log.last) return take({rows, ...back});
    await turns.turn();
  }
}

interface Undoing {
  readonly rows: Map<string, string | undefined>;
  /** Whether there is no room for a row. */
  readonly isFull: (key: string) => boolean;
  readonly turns: Pace;
}

async function undone(
  log: EventLog,
  {queryId, at, source}: Rewinding,
  {rows, isFull, turns}: Undoing,
): Promise<Omit<Rewound, 'rows'> | Unheld> {
  let sequence = at.kind === 'sequence' ? at.sequence : undefined;
  let place = log.last;
  if (sequence !== undefined && sequence < log.trimmed) return {kind: 'not-held'};
  while (place > log.trimmed) {
    const events = eventsUpTo(log, place);
    if (!events) break;
    for (const event of events.toReversed()) {
      const {transaction} = event;
      if (transaction.source === source && compareToMoment(event, at) <= 0) {
        return {sequence: sequence ?? event.sequence, transaction};
      }
      place = event.sequence - 1;
      const happened = sequence !== undefined && event.sequence <= sequence;
      if (event.queryId === queryId && !happened) {
        for (const {key, before} of rowsOf(event)) {
          if (isFull(key)) return {kind: 'too-much'};
          rows.set(key, before);
          if (turns.over(1)) await turns.turn();
        }
      } else if (turns.over(1)) await turns.turn();
    }
  }
  // A moment that the log no longer reaches back to; a sequence may be its very beginning.
  sequence = sequence !== undefined && place <= sequence ? sequence : undefined;
  return sequence === undefined ? {kind: 'not-held'} : {sequence, transaction: undefined};
}

function* rowsOf({added, updated, deleted}: Event): Generator<EventRow> {
  yield* added;
  yield* updated;
  yield* deleted;
}
