import type {Lsn} from '../data/lsn.ts';
import type {TableId} from '../data/schema.ts';
import type {Problem} from '../lib/problem.ts';

/** What was found to be as in the database. */
export interface Verified {
  /** When it was compared, milliseconds since 1970. */
  readonly atMs: number;
  /** The position at which it was the same. */
  readonly lsn: Lsn;
  readonly rows: number;
}

export interface VerificationStatus {
  /** Whether tables are being compared now. */
  readonly running: boolean;
  /** Of each table when it was compared last, and was as in the database. */
  readonly tables: ReadonlyMap<TableId, Verified>;
  /** Comparisons that were carried through since the start. */
  readonly comparisons: number;
  /** Rows that differed in them. */
  readonly differences: number;
  /** The last difference that was found. */
  readonly found: {readonly atMs: number; readonly problem: Problem} | undefined;
  /** Why the last comparison could not be carried through, where it could not. */
  readonly givenUp: {readonly atMs: number; readonly problem: Problem} | undefined;
}

/** The oldest of the comparisons of some tables; undefined as long as one was not compared. */
export function verifiedTogether(
  {tables}: VerificationStatus,
  ids: Iterable<TableId>,
): Verified | undefined {
  let oldest: Verified | undefined;
  let rows = 0;
  for (const id of ids) {
    const one = tables.get(id);
    if (!one) return undefined;
    rows += one.rows;
    if (!oldest || one.atMs < oldest.atMs) oldest = one;
  }
  return oldest && {...oldest, rows};
}
