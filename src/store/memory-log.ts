import type {Event, EventRow} from '../data/event.ts';
import {assert} from '../lib/assert.ts';
import type {EventLog, LogStatus} from './store.ts';

/** Events in memory, the newest of a log. */
export interface MemoryLog extends EventLog {
  /** `bytes`: of its rows' texts, for who knows them or near enough. */
  append(event: Event, bytes?: number): void;
  /** Events up to `sequence` follow, and none of them is held, nor any before. */
  skip(sequence: number): void;
  /** Tells those who watch. */
  tell(): void;
  status(): LogStatus;
}

export interface MemoryLogOptions {
  readonly epoch: string;
  /** Events held at most. */
  readonly events: number;
  /** Bytes of the held events' row texts, at most; an event larger than that is not held. */
  readonly bytes: number;
  /** The sequence that the first event follows on; 0 in a new epoch. */
  readonly after?: number;
}

/**
 * Invariant: `held[first]` is the event `trimmed + 1`, and every held event follows on
 * the one before it.
 */
export function memoryLog({epoch, after = 0, ...limits}: MemoryLogOptions): MemoryLog {
  const listeners = new Set<() => void>();
  let held: {event: Event; bytes: number}[] = [];
  let first = 0;
  let heldBytes = 0;
  let trimmed = after;

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
    append(event, bytes = eventBytes(event)) {
      const next = trimmed + held.length - first + 1;
      assert(event.sequence === next, `event ${event.sequence} does not follow on ${next - 1}`);
      held.push({event, bytes});
      heldBytes += bytes;
      trim();
    },
    skip(sequence) {
      held = [];
      first = 0;
      heldBytes = 0;
      trimmed = sequence;
    },
    read(after, limit) {
      const from = first + Math.max(0, after - trimmed);
      return held.slice(from, from + limit).map(({event}) => event);
    },
    status() {
      const oldest = held[first]?.event.transaction.commitTime;
      return {
        oldest: trimmed + 1,
        newest: trimmed + held.length - first,
        bytes: heldBytes,
        oldestMs: oldest === undefined ? undefined : Math.floor(oldest / 1000),
      };
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

/** Bytes of its rows' texts. */
export const eventBytes = ({added, updated, deleted}: Event): number =>
  rowBytes(added) + rowBytes(updated) + rowBytes(deleted);

/** The same in characters, which are less work to count. */
export function eventCharacters({added, updated, deleted}: Event): number {
  let characters = 0;
  for (const rows of [added, updated, deleted]) {
    for (const {before = '', after = ''} of rows) characters += before.length + after.length;
  }
  return characters;
}

function rowBytes(rows: readonly EventRow[]): number {
  let bytes = 0;
  for (const {before, after} of rows) {
    if (before !== undefined) bytes += Buffer.byteLength(before);
    if (after !== undefined) bytes += Buffer.byteLength(after);
  }
  return bytes;
}
