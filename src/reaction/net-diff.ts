import type {Event, EventRow, EventTransaction} from '../data/event.ts';

/** Events taken one after the other, and what they come to for each query. */
export interface NetDiff {
  /** Takes the next event; answers how many rows it had. */
  take(event: Event): number;
  /** About the memory that it holds, in characters. */
  readonly size: number;
  /**
   * One event for each query whose result is another one now, in the order of their
   * queries' last events. `stretch`: the sequences that were looked through for them.
   */
  events(stretch: NonNullable<Event['coalesced']>): Event[];
}

/** A row before the first event and after the last; undefined where there was none. */
interface Ends {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

interface NetQuery {
  readonly rows: Map<string, Ends>;
  sequence: number;
}

/** Of a row what it was first and what it is last counts; what came and went is not told. */
export function netDiff(): NetDiff {
  const queries = new Map<string, NetQuery>();
  let last: Event | undefined;
  let size = 0;

  function takeRow(rows: Map<string, Ends>, {key, before, after}: EventRow): void {
    const held = rows.get(key);
    rows.set(key, {before: held ? held.before : before, after});
    size += lengthOf(after) - lengthOf(held?.after);
    if (!held) size += key.length + lengthOf(before) + ROW_OVERHEAD;
  }

  return {
    take(event) {
      last = event;
      const {queryId, sequence, added, updated, deleted} = event;
      const query = queries.get(queryId) ?? {rows: new Map<string, Ends>(), sequence};
      queries.set(queryId, query);
      query.sequence = sequence;
      for (const rows of [deleted, updated, added]) {
        for (const row of rows) takeRow(query.rows, row);
      }
      return added.length + updated.length + deleted.length;
    },
    get size() {
      return size;
    },
    events(coalesced) {
      if (!last) return [];
      const {transaction} = last;
      const parts = [...queries]
        .map(([queryId, {rows, sequence}]) => ({queryId, sequence, ...sorted(rows)}))
        .filter(({added, updated, deleted}) => added.length + updated.length + deleted.length > 0)
        .sort((a, b) => a.sequence - b.sequence);
      return parts.map((part, index) => ({
        ...part,
        transaction: partOf(transaction, {part: index + 1, parts: parts.length}),
        coalesced,
      }));
    },
  };
}

/** What a row costs besides its texts. */
const ROW_OVERHEAD = 100;

const lengthOf = (text: string | undefined): number => text?.length ?? 0;

/** The parts of a net diff belong together as those of a transaction do. */
function partOf(
  transaction: EventTransaction,
  place: {readonly part: number; readonly parts: number},
): EventTransaction {
  return {...transaction, ...place};
}

function sorted(rows: ReadonlyMap<string, Ends>): Pick<Event, 'added' | 'updated' | 'deleted'> {
  const added: EventRow[] = [];
  const updated: EventRow[] = [];
  const deleted: EventRow[] = [];
  for (const [key, {before, after}] of rows) {
    if (before === undefined) {
      if (after !== undefined) added.push({key: own(key), after: own(after)});
    } else if (after === undefined) deleted.push({key: own(key), before: own(before)});
    else if (before !== after) {
      updated.push({key: own(key), before: own(before), after: own(after)});
    }
  }
  return {added, updated, deleted};
}

/**
 * A copy. A text that was cut out of a record of the log keeps all of the record in memory,
 * for as long as it is kept itself.
 */
const own = (text: string): string => Buffer.from(text).toString();
