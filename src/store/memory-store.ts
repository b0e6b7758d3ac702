import {assert} from '../lib/assert.ts';
import {durationCounter} from '../lib/durations.ts';
import {aboutCharacters} from './event-size.ts';
import {memoryLog} from './memory-log.ts';
import {COMMIT_SECONDS, type Store} from './store.ts';

export interface MemoryStoreOptions {
  /** Names this life of the store: digits and small letters. A new life needs a new name. */
  readonly epoch: string;
  /** Events held at most. */
  readonly eventLogEvents: number;
  /** Bytes of the held events' row texts, at most; an event larger than that is not held. */
  readonly eventLogBytes: number;
}

/** A store that ends with the process: the newest events, and nothing else. */
export function memoryStore({epoch, eventLogEvents, eventLogBytes}: MemoryStoreOptions): Store {
  assert(/^[0-9a-z]{1,32}$/.test(epoch), `"${epoch}" names no epoch`);
  const log = memoryLog({epoch, events: eventLogEvents, bytes: eventLogBytes});
  const none = durationCounter(COMMIT_SECONDS);
  let open = true;

  return {
    log,
    sources: new Map(),
    queries: new Map(),
    begin() {},
    commit(steps, durable) {
      assert(open, 'a closed store takes no step');
      for (const {events} of steps) {
        for (const event of events) {
          // What is far too large to be held is not read through to know by how much.
          const far = aboutCharacters(event) > 4 * eventLogBytes;
          log.append(event, far ? eventLogBytes + 1 : undefined);
        }
      }
      durable();
      if (steps.some(({events}) => events.length > 0)) log.tell();
    },
    status: () => ({
      ...{kind: 'memory', bytes: 0, journalBytes: 0, checkpointMs: undefined},
      log: log.status(),
      commits: none.read(),
    }),
    async close() {
      open = false;
    },
  };
}
