import type {Key} from '../data/key.ts';
import {rowJson} from '../data/row-json.ts';
import type {Column} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {frameText} from '../http/frame.ts';
import type {StreamedResult, StreamWorld} from './stream-world.ts';

type Rows = readonly (readonly [Key, Row])[];

/** Rows that are written in these columns. */
interface Taken {
  readonly columns: readonly Column[];
  readonly rows: WeakRef<Rows>;
}

/** The results of queries as `snapshot` events. */
export interface Snapshots {
  /**
   * All rows of some queries, as of the log's last event, in pieces; the last piece alone
   * has the id: only who has all of it may go on from there.
   */
  of(queryIds: Iterable<string>, id: string): Iterator<Buffer>;
}

/**
 * The rows are taken in the turn of the call and written as JSON only once they are sent.
 * Clients that begin at one place share what was taken: a row costs one reference for all
 * of them.
 */
export function snapshots(
  {log, results}: StreamWorld,
  {partRows}: {readonly partRows: number},
): Snapshots {
  /** As of the event `takenAt`. */
  const taken = new Map<string, Taken>();
  let takenAt = log.last;

  function take(queryId: string, result: StreamedResult | undefined): Rows {
    if (!result) return [];
    // Of an earlier event nobody asks, nor of queries that are gone since.
    if (takenAt !== log.last) taken.clear();
    takenAt = log.last;
    const {columns} = result;
    const last = taken.get(queryId);
    // Given another text, a query has other rows without an event where they read the same.
    const held = last?.columns === columns ? last.rows.deref() : undefined;
    if (held) return held;
    const rows = [...result.rows()];
    taken.set(queryId, {columns, rows: new WeakRef(rows)});
    return rows;
  }

  function partsOf(queryId: string): (() => string)[] {
    const result = results(queryId);
    const rows = take(queryId, result);
    const json = rowJson(result?.columns ?? []);
    const parts = Math.max(1, Math.ceil(rows.length / partRows));
    const head = JSON.stringify({queryId, sequence: log.last, lsn: result?.lsn ?? null});
    return Array.from({length: parts}, (_, index) => () => {
      const some = rows.slice(index * partRows, (index + 1) * partRows);
      const entries = some.map((row) => entry(row, json)).join(',');
      return `${head.slice(0, -1)},"part":${index + 1},"parts":${parts},"rows":[${entries}]}`;
    });
  }

  return {
    of: (queryIds, id) =>
      framed(
        [...queryIds].flatMap((queryId) => partsOf(queryId)),
        id,
      ),
  };
}

function entry([key, row]: readonly [Key, Row], json: (row: Row) => string): string {
  return `{"key":${JSON.stringify(String(key))},"after":${json(row)}}`;
}

function* framed(parts: readonly (() => string)[], id: string): Generator<Buffer, undefined> {
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    yield Buffer.from(frameText({event: 'snapshot', data: part(), ...(last && {id})}));
  }
  if (parts.length === 0) yield Buffer.from(frameText({id}));
}
