import {crc32} from 'node:zlib';
import {type Checksum, checksumOf, moved} from '../data/checksum.ts';
import {resultTexts, type Told} from './events.ts';
import type {LiveQuery} from './live-query.ts';

/** What results come to, for clients who want to know that they hold the same. */
export interface Checksums {
  /** As of its last event; undefined of one that is too large to be read for it. */
  of(query: LiveQuery): Checksum | undefined;
  /** Its result is another now. */
  move(told: Told): void;
  forget(queryId: string): void;
}

/** Rows that are read at once, between two transactions. */
const ROWS_MAX = 50_000;

/** Kept from the first time it is asked for: a result that no stream shows costs nothing. */
export function checksums(): Checksums {
  const known = new Map<string, Checksum>();
  return {
    of(query) {
      const kept = known.get(query.id);
      if (kept || query.count > ROWS_MAX) return kept;
      const read = checksumOf(resultTexts(query), {crc32});
      known.set(query.id, read);
      return read;
    },
    move(told) {
      const before = known.get(told.queryId);
      if (before) known.set(told.queryId, moved(before, told, {crc32}));
    },
    forget: (queryId) => void known.delete(queryId),
  };
}
