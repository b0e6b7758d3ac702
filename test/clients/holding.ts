import {crc32} from 'node:zlib';
import {rowTexts} from './row-texts.ts';
import type {Frame} from './stream.ts';

export interface HoldingOptions {
  readonly name: string;
  /** The queries it asked for; undefined: all of its stream. */
  readonly queries: readonly string[] | undefined;
  /** Whether every event of the service is one of its own. */
  readonly everything: boolean;
  /** Whether it may be told net diffs. */
  readonly coalesce: boolean;
  /** Whether the log holds all there was, so that nobody is ever reset who has an id of it. */
  readonly keepsAll: boolean;
}

/**
 * What a client holds of the results that it follows: it takes frames as docs/api.md says,
 * and notes the first that does not follow on what it was told before.
 */
export class Holding {
  readonly rows = new Map<string, Map<string, string>>();
  readonly counts: Record<string, number> = {};
  lastId: string | undefined;
  /** It was sent all up to here; -1: it knows of nothing. */
  place = -1;
  /** Whether what it holds is of one moment: it has no part of something without the rest. */
  whole = false;
  wrong: string | undefined;
  /** It has forgotten everything, and waits for snapshots. */
  lost = true;
  /** Its id is none that it was given. */
  badId = false;
  readonly #options: HoldingOptions;
  #sentInStretch: number | undefined;
  #trace: string[] = [];

  constructor(options: HoldingOptions) {
    this.#options = options;
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  note(what: string): void {
    this.#trace = [...this.#trace.slice(-11), what.slice(0, 200)];
  }

  fail(what: string): void {
    this.wrong ??= `${this.#options.name}: ${what}\n  ${this.#trace.join('\n  ')}`;
  }

  /** Whoever has no id that it can go on from knows nothing. */
  forget(): void {
    this.lost = true;
    this.whole = false;
    this.place = -1;
    this.#sentInStretch = undefined;
    this.rows.clear();
  }

  take({id, event, data}: Frame): void {
    this.note(`${event} ${id} ${data}`);
    if (data !== undefined) this.#takeData(event, data, id);
    // That of a reset names no place: it only says so again to whoever comes back with it.
    if (event === 'reset') this.lastId = id;
    else if (id !== undefined) this.#takeId(id);
    // Its id is taken first: what it says is as of then.
    if (event === 'progress' && data !== undefined) this.#check(data);
  }

  #takeData(event: string, data: string, id: string | undefined): void {
    switch (event) {
      case 'snapshot':
        return void this.#takeSnapshot(data, id);
      case 'reset':
        return void this.#takeReset(data);
      case 'bye':
        return void this.count(`bye ${JSON.parse(data).reason}`);
      case 'message':
        if (!data.startsWith('{"type":"heartbeat"')) this.#takeChange(data);
    }
  }

  #takeId(id: string): void {
    const [epoch, ...numbers] = id.split('-');
    const [from, sent, to] = numbers.map(Number);
    if (this.lost) return void this.fail(`goes on from ${this.lastId}, which was lost, with ${id}`);
    if (!epoch || from === undefined || numbers.some((one) => !/^\d+$/.test(one))) {
      return void this.fail(`odd id ${id}`);
    }
    if ((sent ?? from) < (this.#sentInStretch ?? this.place)) {
      this.fail(`ids go back: ${this.lastId}, then ${id}`);
    }
    this.place = from;
    this.#sentInStretch = to === undefined ? undefined : sent;
    this.whole = to === undefined;
    this.lastId = id;
    this.badId = false;
  }

  #takeSnapshot(text: string, id: string | undefined): void {
    const {queryId, part, sequence} = JSON.parse(text);
    if (!this.lost) return void this.fail('a snapshot that nobody asked for');
    if (part === 1) this.rows.set(queryId, new Map());
    const held = this.rows.get(queryId);
    if (!held) return void this.fail(`part ${part} of ${queryId} without the first`);
    for (const {key, after} of rowTexts(text, ['rows']).get('rows') ?? []) {
      if (held.has(key)) this.fail(`a snapshot of ${queryId} has ${key} twice`);
      held.set(key, after ?? '');
    }
    this.count('snapshot');
    if (id === undefined) return;
    this.lost = false;
    if (!id.endsWith(`-${sequence}`)) this.fail(`a snapshot of ${sequence} has the id ${id}`);
  }

  #takeReset(text: string): void {
    const {reason} = JSON.parse(text);
    this.count(`reset ${reason}`);
    if (this.#options.keepsAll && !this.badId) this.fail(`reset: ${text}`);
    this.forget();
  }

  #takeChange(text: string): void {
    const message = JSON.parse(text);
    this.#placed(message);
    this.count(message.coalesced ? 'coalesced' : 'event');
    const held = this.rows.get(message.queryId) ?? new Map<string, string>();
    this.rows.set(message.queryId, held);
    const where = `${message.queryId} at ${message.sequence}`;
    for (const list of rowTexts(text, ['added', 'updated', 'deleted']).values()) {
      for (const {key, before, after} of list) {
        const was = held.get(key);
        if (was !== before) this.fail(`${where}: ${key} was ${before}, held is ${was}`);
        if (before === after) this.fail(`${where}: ${key} has not changed`);
        if (after === undefined) held.delete(key);
        else held.set(key, after);
      }
    }
  }

  /** Whether an event stands where the next one may. */
  #placed({queryId, sequence, coalesced, from, to, transaction: {part, parts}}: Change): void {
    const {queries, everything, coalesce} = this.#options;
    if (this.lost) this.fail('a change before the snapshot');
    if (queries && !queries.includes(queryId)) this.fail(`a change of ${queryId}`);
    if (sequence <= (this.#sentInStretch ?? this.place)) this.fail(`${sequence} again`);
    if (part < 1 || part > parts) this.fail(`part ${part} of ${parts}`);
    const begins = coalesced ? (from ?? 0) : sequence;
    if (coalesced && (!coalesce || sequence > (to ?? 0))) this.fail(`${from} to ${to}`);
    if (everything ? begins !== this.place + 1 : begins <= this.place) {
      this.fail(`${begins} after ${this.lastId}`);
    }
  }

  #check(text: string): void {
    const {sequence, results = {}} = JSON.parse(text);
    this.count('progress');
    for (const [queryId, told] of Object.entries(results)) {
      const held = this.rows.get(queryId) ?? new Map<string, string>();
      let checksum = 0;
      for (const [key, row] of held) checksum = (checksum + crc32(`${key}\n${row}`)) % 2 ** 32;
      const found = {count: held.size, checksum};
      const {count: rows, checksum: sum} = told as typeof found;
      if (rows !== found.count || sum !== checksum) {
        this.fail(`at ${sequence} ${queryId} is ${rows} ${sum}, held is ${JSON.stringify(found)}`);
      }
      this.count('checksum');
    }
  }
}

interface Change {
  readonly queryId: string;
  readonly sequence: number;
  readonly coalesced?: boolean;
  readonly from?: number;
  readonly to?: number;
  readonly transaction: {readonly part: number; readonly parts: number};
}
