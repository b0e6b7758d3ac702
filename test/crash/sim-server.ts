import type {Lsn} from '../../src/data/lsn.ts';
import type {StreamHandlers} from '../../src/postgres/replication-stream.ts';
import type {Line} from '../../src/source/follow.ts';
import type {Chance} from './mortal.ts';
import {
  beginBytes,
  commitBytes,
  deleteBytes,
  insertBytes,
  relationBytes,
  updateBytes,
} from './pgoutput-bytes.ts';

/** The tables there are, all of int4, the first column the key. */
export const TABLES = [
  {oid: 101, name: 'a', columns: ['id', 'v', 'g']},
  {oid: 102, name: 'b', columns: ['id', 'a_id']},
] as const;
export type TableName = (typeof TABLES)[number]['name'];

export type SimRow = readonly number[];
export type TableState = ReadonlyMap<number, SimRow>;
/** What the database holds at one position. */
export type State = Readonly<Record<TableName, TableState>>;

/** What a row is to be; null: it is to go. */
export interface Write {
  readonly table: TableName;
  readonly id: number;
  readonly row: SimRow | null;
}

export interface Commit {
  /** The beginning and the end of its commit record. */
  readonly finalLsn: Lsn;
  readonly endLsn: Lsn;
  /** Microseconds since 1970. */
  readonly commitTime: number;
  /** Undefined: a transaction of others, of which nothing is sent. */
  readonly messages: readonly Buffer[] | undefined;
  readonly after: State;
}

/** The connection is gone. */
export class LineCut extends Error {
  override readonly name = 'LineCut';
}

/** A line of the simulated server, which the simulation lets send. */
export interface SimLine extends Line {
  /** Sends so many messages, as far as there are some. Answers whether there were. */
  send(count: number): boolean;
  /** Carries the confirmation that waits to the server. */
  say(): void;
  cut(): void;
  /** Nothing that was committed is still to be sent. */
  readonly drained: boolean;
}

export interface LineOptions {
  readonly from: Lsn;
  readonly handlers: StreamHandlers;
  readonly chance: Chance;
  /** Called with each position that the server is told. */
  readonly confirmed: (lsn: Lsn) => void;
}

/**
 * A database as its WAL sender shows it: commits in order, one slot with the position that
 * was confirmed last, and lines that send what follows on it. It is never wrong, and often
 * unkind: it sends again what was asked for no more, says where it is in the middle of a
 * transaction, and forgets confirmations when it crashes.
 */
export class SimServer {
  walEnd: Lsn = 0x1000n;
  readonly commits: Commit[] = [];
  slot: {confirmed: Lsn} | undefined;
  /** Confirmations that a crash may go back to. */
  #past: Lsn[] = [];
  #state: State = {a: new Map(), b: new Map()};

  commit(writes: readonly Write[], nowMs: number): void {
    const next = {a: new Map(this.#state.a), b: new Map(this.#state.b)};
    const messages = writes.flatMap(({table, id, row}) => {
      const {oid} = TABLES.find(({name}) => name === table)!;
      const was = next[table].get(id);
      if (row === null) {
        if (!was) return [];
        next[table].delete(id);
        return [deleteBytes(oid, was)];
      }
      next[table].set(id, row);
      return [was ? updateBytes(oid, row) : insertBytes(oid, row)];
    });
    this.#append(messages, next, nowMs * 1000);
  }

  /** A transaction that changes no table of ours. */
  others(nowMs: number): void {
    this.#append(undefined, this.#state, nowMs * 1000);
  }

  #append(messages: readonly Buffer[] | undefined, after: State, commitTime: number): void {
    const finalLsn = this.walEnd + 24n;
    const endLsn = finalLsn + 40n;
    this.walEnd = endLsn;
    this.#state = after;
    this.commits.push({finalLsn, endLsn, commitTime, messages, after});
  }

  get state(): State {
    return this.#state;
  }

  /** What the database held when its log ended at `lsn`. */
  at(lsn: Lsn): State {
    const last = this.commits.findLast(({endLsn}) => endLsn <= lsn);
    return last?.after ?? {a: new Map(), b: new Map()};
  }

  makeSlot(): void {
    this.slot = {confirmed: this.walEnd};
    this.#past = [this.walEnd];
  }

  dropSlot(): void {
    this.slot = undefined;
  }

  confirm(lsn: Lsn): void {
    if (!this.slot || lsn <= this.slot.confirmed) return;
    this.slot.confirmed = lsn;
    this.#past.push(lsn);
  }

  /** It comes up with a confirmation that it had written down some time before. */
  crash(chance: Chance): void {
    if (this.slot) this.slot.confirmed = chance.pick(this.#past.slice(-5));
  }

  line(options: LineOptions): SimLine {
    return simLine(this, options);
  }
}

function simLine(server: SimServer, {from, handlers, chance, confirmed}: LineOptions): SimLine {
  let open = false;
  let paused = false;
  let durable: Lsn | undefined;
  let fail: (error: unknown) => void = () => {};
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  ended.catch(() => {});
  // One that restarts from its slot, not from where it was asked to, is rare and legal.
  const start = chance.is(0.3) ? (server.slot?.confirmed ?? from) : from;
  let index = server.commits.findIndex(({finalLsn}) => finalLsn >= start);
  if (index < 0) index = server.commits.length;
  const waiting: {readonly bytes: Buffer; readonly walEnd: Lsn}[] = [];
  let described = false;
  let begun = false;

  function broken(error: unknown): void {
    open = false;
    fail(error);
  }

  function refill(): void {
    const commit = server.commits[index];
    if (!commit) return;
    index += 1;
    if (!commit.messages) {
      refill();
      return;
    }
    const {finalLsn, endLsn, commitTime} = commit;
    const all = [
      beginBytes({finalLsn, commitTime, xid: index}),
      ...(described ? [] : TABLES.map(relationBytes)),
      ...commit.messages,
      commitBytes({finalLsn, endLsn, commitTime}),
    ];
    described = true;
    waiting.push(...all.map((bytes) => ({bytes, walEnd: endLsn})));
  }

  function next(): boolean {
    if (!begun) {
      begun = true;
      // It begins to read where its slot is, and says so when it is asked.
      if (server.slot && chance.is(0.5)) handlers.keepalive(server.slot.confirmed);
    }
    if (waiting.length === 0) refill();
    const message = waiting.shift();
    if (message) {
      handlers.message(message.bytes);
      // It has read the whole transaction before it sends the first of its rows.
      if (waiting.length > 0 && chance.is(0.1)) handlers.keepalive(message.walEnd);
      return true;
    }
    handlers.keepalive(server.walEnd);
    return false;
  }

  return {
    async open(signal) {
      open = true;
      const close = (): void => {
        open = false;
        end();
      };
      signal.addEventListener('abort', close, {once: true});
    },
    ended,
    breathe() {},
    confirm(lsn) {
      durable = lsn;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
    },
    async close() {
      this.say();
      open = false;
      end();
    },
    send(count) {
      try {
        for (let sent = 0; sent < count && open && !paused; sent++) if (!next()) return false;
      } catch (error) {
        broken(error);
      }
      return open;
    },
    say() {
      if (durable === undefined || !open) return;
      confirmed(durable);
    },
    cut: () => broken(new LineCut('the line was cut')),
    get drained() {
      return waiting.length === 0 && server.commits.slice(index).every((one) => !one.messages);
    },
  };
}
