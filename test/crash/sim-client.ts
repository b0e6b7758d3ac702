import type {StreamConnection} from '../../src/http/connection.ts';
import type {Feed} from '../../src/http/feed.ts';
import {type StreamClient, streamClient} from '../../src/http/stream-client.ts';
import {startOf} from '../../src/http/stream-start.ts';
import type {QueryChoice} from '../../src/reaction/query-feed.ts';
import type {Life} from './mortal.ts';
import {type Bag, bagOf} from './sim-queries.ts';
import {Violation} from './violation.ts';

/** An event as a client is told it. */
export interface Told {
  readonly queryId: string;
  readonly sequence: number;
  readonly added: readonly Row[];
  readonly updated: readonly Row[];
  readonly deleted: readonly Row[];
  readonly from?: number;
  readonly to?: number;
  readonly transaction: {
    readonly kind: string;
    readonly lsn: string;
    readonly commitTime: number;
    readonly part: number;
    readonly parts: number;
  };
}
interface Row {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Hears {
  /** It has taken in an event, and holds `bag` of its query. */
  event(told: Told, bag: Bag, text: string, epoch: string): void;
  snapshot(told: {queryId: string; lsn: string | null; sequence: number}, bag: Bag): void;
  /** `lastId`: the id that it came with. */
  reset(reason: string, lastId: string | undefined): void;
  /** Something went wrong in taking what was sent. */
  wrong(error: unknown): void;
}

/**
 * A client of the stream of all queries. It keeps its rows and its last id over all lives
 * of the service, drops half an event when the line breaks, and refuses what does not
 * follow on what it has.
 */
export class SimClient {
  readonly #hears: Hears;
  readonly #rows = new Map<string, Map<string, unknown>>();
  #serving: StreamClient | undefined;
  #drain: () => void = () => {};
  #text = '';
  #blocked = false;
  /** All up to here was told; undefined: it begins with a snapshot. */
  #place: number | undefined;
  lastId: string | undefined;

  constructor(hears: Hears) {
    this.#hears = hears;
  }

  get connected(): boolean {
    return this.#serving !== undefined;
  }

  /** Has been told all of its choice, up to the sequence that this answers. */
  get place(): number | undefined {
    return this.#place;
  }

  bag(queryId: string): Bag {
    return bagOf(this.#rows.get(queryId)?.values() ?? []);
  }

  queries(): string[] {
    return [...this.#rows].flatMap(([id, {size}]) => (size > 0 ? [id] : []));
  }

  /** One that has been told the same, to come back some time later. */
  copy(): SimClient {
    const other = new SimClient(this.#hears);
    for (const [id, rows] of this.#rows) other.#rows.set(id, new Map(rows));
    other.#place = this.#place;
    other.lastId = this.lastId;
    return other;
  }

  connect(feed: Feed<QueryChoice>, life: Life, {each}: {each: boolean}): void {
    this.disconnect();
    if (this.lastId === undefined) this.#forget();
    const headers = this.lastId === undefined ? {} : {'last-event-id': this.lastId};
    const request = {headers, url: '/api/v1/events?snapshot=true'};
    const start = startOf(request as unknown as Parameters<typeof startOf>[0], feed);
    const choice = {path: '/', key: `/ ${each}`, named: undefined, each};
    const serving = streamClient(feed, choice, this.#connection(life));
    this.#serving = serving;
    serving.begin(start);
  }

  disconnect(): void {
    this.#serving = undefined;
    this.#drain = () => {};
    this.#text = '';
    this.#blocked = false;
  }

  /** It takes nothing until it is unblocked. */
  block(): void {
    this.#blocked = true;
  }

  unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#drain();
  }

  pump(): void {
    this.#serving?.pump();
  }

  /** What the stream has of a socket. */
  #connection(life: Life): StreamConnection {
    const own = (): boolean => this.#serving?.connection === connection || !this.#serving;
    const client = this;
    const connection = {
      get open() {
        return own();
      },
      get blocked() {
        return client.#blocked;
      },
      send(bytes: Buffer) {
        // A socket throws nothing: that the process has died is seen at its next step.
        try {
          life.call('send', () => own() && client.#take(bytes.toString()));
        } catch (error) {
          client.#hears.wrong(error);
        }
      },
      end: () => client.disconnect(),
      onDrain: (drain: () => void) => {
        client.#drain = drain;
      },
    } as unknown as StreamConnection;
    return connection;
  }

  #take(text: string): void {
    this.#text += text;
    const frames = this.#text.split('\n\n');
    this.#text = frames.pop()!;
    for (const frame of frames) this.#frame(frame);
  }

  #frame(frame: string): void {
    const field = (name: string): string | undefined =>
      frame
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const [id, data] = [field('id'), field('data')];
    switch (field('event')) {
      case 'reset':
        this.#forget();
        this.#hears.reset((JSON.parse(data!) as {reason: string}).reason, this.lastId);
        break;
      case 'snapshot':
        this.#snapshot(JSON.parse(data!));
        break;
      case undefined:
        if (data !== undefined) this.#event(data, id!);
        else if (id !== undefined) this.#reached(id);
        break;
      default:
    }
    if (id !== undefined) this.lastId = id;
  }

  #forget(): void {
    this.#rows.clear();
    this.#place = undefined;
  }

  #snapshot(part: {queryId: string; lsn: string | null; sequence: number; rows: Row[]}): void {
    const rows = new Map(part.rows.map(({key, after}) => [key, after]));
    this.#rows.set(part.queryId, rows);
    this.#place = part.sequence;
    this.#hears.snapshot(part, this.bag(part.queryId));
  }

  /** An id without an event: nothing of the choice has happened up to there. */
  #reached(id: string): void {
    const parts = id.split('-');
    if (parts.length !== 2) return;
    const place = Number(parts[1]);
    if (this.#place !== undefined && place < this.#place) {
      throw new Violation(`sent back from ${this.#place} to ${place}`);
    }
    this.#place = place;
  }

  #event(data: string, id: string): void {
    const told = JSON.parse(data) as Told;
    const [epoch = ''] = id.split('-');
    const follows = (told.from ?? told.sequence) - 1;
    const within = told.from !== undefined && told.transaction.part > 1;
    if (this.#place === undefined || (!within && follows !== this.#place)) {
      throw new Violation(`event ${told.sequence} (${told.from}) follows on ${this.#place}`);
    }
    this.#apply(told);
    const last = told.transaction.part === told.transaction.parts;
    if (told.to === undefined) this.#place = told.sequence;
    else if (last) this.#place = told.to;
    this.#hears.event(told, this.bag(told.queryId), data, epoch);
  }

  #apply({queryId, sequence, added, updated, deleted}: Told): void {
    const rows = this.#rows.get(queryId) ?? new Map<string, unknown>();
    this.#rows.set(queryId, rows);
    for (const {key, before, after} of [...deleted, ...updated, ...added]) {
      const [has, was] = [rows.get(key), before].map((row) => JSON.stringify(row));
      if (has !== was) throw new Violation(`event ${sequence}: ${key} was ${was}, and is ${has}`);
      if (after === undefined) rows.delete(key);
      else rows.set(key, after);
    }
  }
}
