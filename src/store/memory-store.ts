import type {Event, EventRow} from '../data/event.ts';
import type {Lsn} from '../data/lsn.ts';
import {assert} from '../lib/assert.ts';
import type {EventLog, Store} from './store.ts';

export interface MemoryStoreOptions {
  /** Names this life of the store: digits and small letters. A new life needs a new name. */
  readonly epoch: string;
  /** Events held at most. */
  readonly eventLogEvents: number;
  /** Bytes of the held events' row texts, at most; an event larger than that is not held. */
  readonly eventLogBytes: number;
}

/**
 * A store that ends with the process: the newest events and each source's position.
 *
 * `commit` takes effect before it returns, so that whoever moves results and commits in
 * one turn never shows one without the other; its promise is resolved already.
 */
export function memoryStore({epoch, eventLogEvents, eventLogBytes}: MemoryStoreOptions): Store {
  assert(/^[0-9a-z]{1,32}$/.test(epoch), `"${epoch}" names no epoch`);
  const positions = new Map<string, Lsn>();
  const log = memoryLog(epoch, {events: eventLogEvents, bytes: eventLogBytes});
  let open = true;

  return {
    log,
    position: (sourceId) => positions.get(sourceId),
    async commit(steps) {
      assert(open, 'a closed store takes no step');
      let appended = false;
      for (const {transaction, events} of steps) {
        for (const event of events) log.append(event);
        positions.set(transaction.sourceId, transaction.lsn);
        appended ||= events.length > 0;
      }
      if (appended) log.tell();
    },
    async close() {
      open = false;
    },
  };
}

interface MemoryLog extends EventLog {
  append(event: Event): void;
  tell(): void;
}

/**
 * Invariant: `held[first]` is the event `trimmed + 1`, and every held event follows on
 * the one before it.
 */
function memoryLog(epoch: string, limits: {events: number; bytes: number}): MemoryLog {
  const listeners = new Set<() => void>();
  let held: {event: Event; bytes: number}[] = [];
  let first = 0;
  let heldBytes = 0;
  let trimmed = 0;

  function trim(): void {
    while (held.length - first > limits.events || heldBytes > limits.bytes) {
      heldBytes -= held[first]!.bytes;
      first += 1;
      trimmed += 1;
    }
    // Moving the rest costs as much as it saves only once half of the array is gone.
    if (first * 2 > held.length) {
      held = held.slice(first);
      first = 0;
    }
  }

  return {
    epoch,
    get last() {
      return trimmed + held.length - first;
    },
    get trimmed() {
      return trimmed;
    },
    append(event) {
      const next = trimmed + held.length - first + 1;
      assert(event.sequence === next, `event ${event.sequence} does not follow on ${next - 1}`);
      const bytes = rowBytes(event.added) + rowBytes(event.updated) + rowBytes(event.deleted);
      held.push({event, bytes});
      heldBytes += bytes;
      trim();
    },
    read(after, limit) {
      const from = first + Math.max(0, after - trimmed);
      return held.slice(from, from + limit).map(({event}) => event);
    },
    watch(listener) {
      // A function of its own for each call, so that one listener may watch twice.
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    tell() {
      for (const listener of listeners) listener();
    },
  };
}

function rowBytes(rows: readonly EventRow[]): number {
  let bytes = 0;
  for (const {before, after} of rows) {
    if (before !== undefined) bytes += Buffer.byteLength(before);
    if (after !== undefined) bytes += Buffer.byteLength(after);
  }
  return bytes;
}
