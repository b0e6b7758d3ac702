import type {RawTransaction} from '../postgres/transactions.ts';

/**
 * Transactions between the socket and the consumer. Filling it is never refused, for what
 * was read cannot be unread: past its limits it asks for the socket to be paused, and it
 * grows by no more than what one read of the socket brought.
 */
export interface Inbox {
  push(transaction: RawTransaction): void;
  /** Everything that stands in it, waiting for something; undefined once it is closed. */
  take(): Promise<readonly RawTransaction[] | undefined>;
  /** The consumer is through with what it took last. */
  done(): void;
  /** It is open, nothing stands in it, and nothing is being consumed. */
  readonly idle: boolean;
  /** Whoever waits goes on; what stands in it is dropped. */
  close(): void;
}

export interface InboxLimits {
  readonly transactions: number;
  readonly changes: number;
  /** Bytes of them in memory. */
  readonly transactionMemoryBytes: number;
}

/** In one read of the socket, which the stream of a busy server fills with some hundred. */
const MANY = 8;

export function inbox(limits: InboxLimits, socket: {pause(): void; resume(): void}): Inbox {
  let items: RawTransaction[] = [];
  let changes = 0;
  let bytes = 0;
  let consuming = false;
  let paused = false;
  let open = true;
  let wake: (() => void) | undefined;

  function takeAll(): readonly RawTransaction[] {
    const taken = items;
    items = [];
    changes = 0;
    bytes = 0;
    consuming = true;
    return taken;
  }

  const full = (): boolean =>
    items.length >= limits.transactions ||
    changes >= limits.changes ||
    bytes >= limits.transactionMemoryBytes;

  return {
    push(transaction) {
      if (!open) return;
      items.push(transaction);
      changes += transaction.messages.changes;
      bytes += transaction.messages.memoryBytes;
      wake?.();
      if (!paused && full()) {
        paused = true;
        socket.pause();
      }
    },
    async take() {
      while (open && items.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
        // Where many came at once there are more, and a step of the store costs the same for all.
        if (items.length >= MANY) await new Promise(setImmediate);
      }
      return open ? takeAll() : undefined;
    },
    done() {
      consuming = false;
      if (!paused) return;
      paused = false;
      socket.resume();
    },
    get idle() {
      return open && items.length === 0 && !consuming;
    },
    close() {
      open = false;
      items = [];
      wake?.();
    },
  };
}
