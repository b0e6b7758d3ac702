import type {Lsn} from '../data/lsn.ts';

/**
 * How far a source is. `received` is the position of the image: everything before it is
 * held. `given` ends the last transaction that the sink was handed; what was received
 * after it changed nothing that anybody follows.
 *
 * Invariant: `acknowledged` never passes a transaction that was given and not yet
 * acknowledged by the sink's owner.
 */
export interface Progress {
  readonly received: Lsn | undefined;
  readonly acknowledged: Lsn | undefined;
  readonly server: Lsn | undefined;
  /** Nothing that was given is still waiting to be durable. */
  readonly settled: boolean;
  /** Microseconds since 1970 of the oldest commit not yet acknowledged. */
  readonly oldestCommit: number | undefined;

  /** The image was brought up to `lsn`, by a transaction that nobody needs to see. */
  receive(lsn: Lsn): void;
  /** The image was brought up to `lsn`, and the sink is told. */
  give(lsn: Lsn, commitTime: number): void;
  acknowledge(lsn: Lsn): void;
  hear(serverLsn: Lsn): void;
  /** The image was made anew at a position that has nothing to do with the earlier ones. */
  restart(lsn: Lsn): void;
}

export function progress(): Progress {
  let received: Lsn | undefined;
  let acknowledged: Lsn | undefined;
  let server: Lsn | undefined;
  let waiting: {readonly lsn: Lsn; readonly commitTime: number}[] = [];
  let first = 0;

  return {
    get received() {
      return received;
    },
    get acknowledged() {
      return acknowledged;
    },
    get server() {
      return server;
    },
    get settled() {
      return first === waiting.length;
    },
    get oldestCommit() {
      return waiting[first]?.commitTime;
    },
    receive(lsn) {
      received = later(received, lsn);
      server = later(server, lsn);
    },
    give(lsn, commitTime) {
      received = later(received, lsn);
      server = later(server, lsn);
      waiting.push({lsn, commitTime});
    },
    acknowledge(lsn) {
      // Of a position before the image was made anew: it says nothing about this log.
      if (received === undefined || lsn > received) return;
      acknowledged = later(acknowledged, lsn);
      while (first < waiting.length && waiting[first]!.lsn <= lsn) first += 1;
      if (first > 1000 && first * 2 > waiting.length) {
        waiting = waiting.slice(first);
        first = 0;
      }
    },
    hear(serverLsn) {
      server = later(server, serverLsn);
    },
    restart(lsn) {
      if (received !== undefined && received > lsn) acknowledged = undefined;
      received = lsn;
      server = lsn;
      waiting = [];
      first = 0;
    },
  };
}

const later = (a: Lsn | undefined, b: Lsn): Lsn => (a === undefined || b > a ? b : a);
