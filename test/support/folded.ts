import {isDeepStrictEqual} from 'node:util';

interface Row {
  readonly key: string;
  readonly before?: Json;
  readonly after?: Json;
}
type Json = Readonly<Record<string, unknown>>;

interface Message {
  readonly sequence: number;
  readonly queryId: string;
  readonly added: readonly Row[];
  readonly updated: readonly Row[];
  readonly deleted: readonly Row[];
}

interface SnapshotPart {
  readonly queryId: string;
  readonly sequence: number;
  readonly rows: readonly Row[];
}

/** The results a client has, by what it was told. */
export interface Folded {
  rows(queryId: string): readonly Json[];
  /** Those that have a row. */
  queries(): string[];
}

/**
 * Folds a stream of all queries as a client does, from a snapshot on. Throws where it was
 * told something that does not follow on what it was told before: a sequence that is not
 * the next one, a row that comes twice, or whose `before` is not what is held.
 */
export function folded(snapshot: readonly SnapshotPart[], messages: readonly Message[]): Folded {
  const held = new Map<string, Map<string, Json>>();
  const rowsOf = (id: string): Map<string, Json> => {
    const rows = held.get(id) ?? new Map<string, Json>();
    held.set(id, rows);
    return rows;
  };
  for (const {queryId, rows} of snapshot) {
    for (const {key, after} of rows) rowsOf(queryId).set(key, after!);
  }
  let last = snapshot[0]?.sequence ?? messages[0]!.sequence - 1;
  for (const message of messages) {
    const {sequence} = message;
    if (sequence !== last + 1) throw new Error(`event ${sequence} follows on ${last}`);
    last = sequence;
    apply(rowsOf(message.queryId), message);
  }
  return {
    rows: (id) => [...rowsOf(id).values()],
    queries: () => [...held].flatMap(([id, rows]) => (rows.size > 0 ? [id] : [])),
  };
}

function apply(rows: Map<string, Json>, {sequence, added, updated, deleted}: Message): void {
  const check = (key: string, before: Json | undefined): void => {
    if (isDeepStrictEqual(rows.get(key), before)) return;
    const [held, told] = [rows.get(key), before].map((row) => JSON.stringify(row));
    throw new Error(`event ${sequence} says row ${key} was ${told}; it is ${held}`);
  };
  for (const {key, before} of deleted) {
    check(key, before);
    rows.delete(key);
  }
  for (const {key, before, after} of [...added, ...updated]) {
    check(key, before);
    rows.set(key, after!);
  }
}
