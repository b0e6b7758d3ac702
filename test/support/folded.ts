import {isDeepStrictEqual} from 'node:util';

interface Row {
  readonly key: string;
  readonly before?: Json;
  readonly after?: Json;
}
type Json = Readonly<Record<string, unknown>>;

export interface Message {
  readonly sequence: number;
  readonly queryId: string;
  readonly added: readonly Row[];
  readonly updated: readonly Row[];
  readonly deleted: readonly Row[];
}

export interface SnapshotPart {
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

/** Results that are brought forward by what comes, as a client does it. */
export interface Folding extends Folded {
  /** A part of the first snapshot. */
  begin(part: SnapshotPart): void;
  /** Throws where it does not follow on what was told before. */
  take(message: Message): void;
}

/**
 * Folds a stream of all queries as a client does, from a snapshot on. Throws where it was
 * told something that does not follow on what it was told before: a sequence that is not
 * the next one, a row that comes twice, or whose `before` is not what is held.
 */
export function folded(snapshot: readonly SnapshotPart[], messages: readonly Message[]): Folded {
  const fold = folding();
  for (const part of snapshot) fold.begin(part);
  for (const message of messages) fold.take(message);
  return fold;
}

export function folding(): Folding {
  const held = new Map<string, Map<string, Json>>();
  let last: number | undefined;
  const rowsOf = (id: string): Map<string, Json> => {
    const rows = held.get(id) ?? new Map<string, Json>();
    held.set(id, rows);
    return rows;
  };
  return {
    begin({queryId, sequence, rows}) {
      last ??= sequence;
      for (const {key, after} of rows) rowsOf(queryId).set(key, after!);
    },
    take(message) {
      const {sequence, queryId} = message;
      if (last !== undefined && sequence !== last + 1) {
        throw new Error(`event ${sequence} follows on ${last}`);
      }
      last = sequence;
      apply(rowsOf(queryId), message);
    },
    rows: (id) => [...rowsOf(id).values()],
    queries: () => [...held].flatMap(([id, rows]) => (rows.size > 0 ? [id] : [])),
  };
}

function apply(
  rows: Map<string, Json>,
  {sequence, queryId, added, updated, deleted}: Message,
): void {
  const check = (key: string, before: Json | undefined): void => {
    if (isDeepStrictEqual(rows.get(key), before)) return;
    const [held, told] = [rows.get(key), before].map((row) => JSON.stringify(row));
    throw new Error(`event ${sequence} of ${queryId} says row ${key} was ${told}; it is ${held}`);
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
