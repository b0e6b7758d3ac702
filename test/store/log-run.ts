import {isDeepStrictEqual} from 'node:util';
import type {Event} from '../../src/data/event.ts';
import {silentLog} from '../../src/lib/log.ts';
import type {LmdbStoreOptions} from '../../src/store/lmdb-store.ts';
import type {LiveRows, Step, Store} from '../../src/store/store.ts';
import {type Chance, chance, Death, type Life, life} from '../crash/mortal.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {randomEvents} from './log-events.ts';
import {LogModel, type TrimBounds} from './log-model.ts';

/** Where a store is kept: it is opened there again and again, each time by another life. */
export interface Place {
  open(options: LmdbStoreOptions, life: Life): Promise<Store>;
  /** What its maps hold, when it is closed: numbers of events, and of those that have pieces. */
  kept(): Promise<Record<'segments' | 'events', Iterable<unknown>>>;
}

/** What happened in a run, so that it can be told whether it was worth one. */
export interface Visited {
  lives: number;
  deaths: number;
  epochs: number;
  checkpoints: number;
  trimmed: number;
  reads: number;
  events: number;
}

type Limits = Pick<LmdbStoreOptions, 'eventLogEvents' | 'eventLogBytes' | 'eventLogMs'>;

/** A life that ends at a call, or when it is ended. */
interface Ended extends Life {
  end(): void;
}

/** One opening of the store, and what is expected of it. */
interface Opened {
  readonly store: Store;
  readonly life: Ended;
  readonly limits: Limits;
  readonly durability: LmdbStoreOptions['durability'];
  /** Sequences of the commits that were taken and are not durable yet. */
  readonly waiting: number[];
  woken: number;
  trimmed: number;
}

const START_MS = Date.UTC(2026, 0, 1);
const STEPS = 70;
const FLUSH_MS = 200;
/** Events of a run at most: what it takes to compare them. */
const EVENTS_MAX = 25_000;
const LIVE_ROWS = 4500;
/** Runs a log of one seed through its lives. Throws where it is not what the model says. */
export async function logRun(seed: number, place: Place): Promise<Visited> {
  const run = new LogRun(seed, place);
  await run.live();
  return run.visited;
}

class LogRun {
  readonly visited: Visited = {
    ...{lives: 0, deaths: 0, epochs: 1, checkpoints: 0, trimmed: 0, reads: 0, events: 0},
  };
  readonly #place: Place;
  readonly #chance: Chance;
  readonly #clock = simulatedClock(START_MS);
  readonly #model = new LogModel();
  readonly #options: Omit<LmdbStoreOptions, keyof Limits | 'epoch' | 'durability'>;
  #opened: Opened | undefined;
  #epoch = '';
  /** The last event of a commit that was taken. */
  #told = 0;
  /** The last event that a crash can no more take back. */
  #durable = 0;
  /** From the clock's time to that of the log. */
  #apartMs = START_MS;
  /** When a life made its last call on the outside, and when something became durable last. */
  #calledMs = 0;
  #durableMs = 0;
  /** Whether the last life ended so that its epoch goes on; undefined: that is not known. */
  #goesOn: boolean | undefined;
  /** Was trimmed once: it may be gone from disk. */
  #everTrimmed = 0;
  #wrong: unknown;

  constructor(seed: number, place: Place) {
    this.#place = place;
    this.#chance = chance(seed);
    this.#options = {
      ...{path: '/nowhere', flushMs: FLUSH_MS, pid: process.pid, log: silentLog},
      checkpointBytes: this.#chance.pick([2000, 100_000, 1e9]),
      clock: this.#clock,
      fail() {},
    };
  }

  async live(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      if (!this.#opened) await this.#open(this.#doom());
      else await this.#act();
      if (this.#wrong) throw this.#wrong;
    }
    await this.#close();
    await this.#open(undefined);
    this.#read(0, Number.MAX_SAFE_INTEGER);
    await this.#close();
    await this.#expectNoRest();
  }

  /** Of what is in the log no more nothing is left on disk. */
  async #expectNoRest(): Promise<void> {
    const {segments, events} = await this.#place.kept();
    const known = new Set(segments);
    const rest = Array.from(events, (key) => (key as [number, number])[0]);
    const lost = rest.filter((first) => !known.has(first));
    if (lost.length > 0) this.#refuse(`left texts of ${lost.join()}`);
  }

  // ── Lives ──

  async #open(dies: {at: number; made: boolean} | undefined): Promise<void> {
    const {pick} = this.#chance;
    const own = this.#mortal(dies);
    const durability = pick(['commit', 'group', 'interval'] as const);
    const limits: Limits = {
      eventLogEvents: pick([1, 30, 256, 3000, 1e6]),
      eventLogBytes: pick([500, 20_000, 300_000, 1e9]),
      eventLogMs: pick([300, 3000, 1e9, 1e9]),
    };
    const {lives} = this.visited;
    const options = {...this.#options, ...limits, durability, epoch: `e${lives}`};
    this.visited.lives += 1;
    let store: Store;
    try {
      store = await this.#place.open({...options, fail: (error) => this.#failed(error, own)}, own);
    } catch (error) {
      if (!own.dead) throw error;
      this.visited.deaths += 1;
      this.#goesOn = undefined;
      return;
    }
    this.#begun(store, {life: own, durability, limits});
  }

  #doom(): {at: number; made: boolean} | undefined {
    const {is, below} = this.#chance;
    return is(0.6) ? {at: 1 + below(is(0.3) ? 12 : 120), made: is(0.5)} : undefined;
  }

  #mortal(dies: {at: number; made: boolean} | undefined): Ended {
    const bare = life(dies);
    let ended = false;
    return {
      ...bare,
      call: (name, act) => {
        if (ended) throw new Death(`ended before ${name}`);
        if (!bare.dead) this.#calledMs = this.#clock.steadyMs();
        return bare.call(name, act);
      },
      get dead() {
        return ended || bare.dead;
      },
      end() {
        ended = true;
      },
    };
  }

  #begun(store: Store, own: Pick<Opened, 'life' | 'durability' | 'limits'>): void {
    const {log} = store;
    const model = this.#model;
    // What was told and not written, and no other part of it, may be gone or not.
    if (log.last !== this.#durable && log.last !== model.last) {
      this.#refuse(`opened with ${log.last}; durable were ${this.#durable} of ${model.last}`);
    }
    model.forget(log.last);
    model.write(log.last, this.#logMs(this.#calledMs));
    this.#durable = log.last;
    this.#told = log.last;
    this.#sameEpoch(log.epoch, own.durability);
    this.#apartMs = (model.writtenMs ?? this.#clock.nowMs()) - this.#clock.steadyMs();
    const opened: Opened = {...own, store, waiting: [], woken: 0, trimmed: 0};
    this.#opened = opened;
    store.begin(LIVE);
    store.log.watch(() => {
      opened.woken += 1;
    });
    const {least, most} = model.bounds(own.limits, {nowMs: this.#nowMs(), known: log.last});
    this.#within(log.trimmed, {least, most: Math.max(most, this.#everTrimmed)});
    this.#readSome();
  }

  #sameEpoch(epoch: string, durability: Opened['durability']): void {
    const same = epoch === this.#epoch;
    const known = this.visited.lives > 1 && this.#goesOn !== undefined;
    if (known && same !== this.#goesOn) this.#refuse(`has epoch ${epoch} after ${this.#epoch}`);
    if (!same) this.visited.epochs += 1;
    this.#epoch = epoch;
    this.#goesOn = durability !== 'interval';
  }

  #nowMs(): number {
    return this.#logMs(this.#clock.steadyMs());
  }

  /** By the time of the log. */
  #logMs(steadyMs: number): number {
    return steadyMs + this.#apartMs;
  }

  #failed(error: unknown, own: Life): void {
    if (!own.dead) this.#wrong ??= error;
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    if (!opened) return;
    if (opened.store.status().checkpointMs !== undefined) this.visited.checkpoints += 1;
    await this.#attempt(() => opened.store.close());
    this.#settle();
    if (opened.life.dead) return this.#abandon();
    if (this.#durable !== this.#model.last) {
      this.#refuse(`closed with ${this.#durable} durable of ${this.#model.last}`);
    }
    this.#goesOn = true;
    this.#opened = undefined;
  }

  // ── What happens ──

  async #act(): Promise<void> {
    const {next, below} = this.#chance;
    const at = next();
    if (at < 0.55) await this.#attempt(() => this.#commit());
    else if (at < 0.7) await this.#attempt(() => this.#clock.pass(below(500)));
    else if (at < 0.85) await this.#attempt(() => turns(1 + below(5)));
    else if (at < 0.9) this.#clock.set(this.#clock.nowMs() + (below(3) - 1) * 1e8);
    else if (at < 0.95) return this.#close();
    else return this.#abandon();
    this.#settle();
    const {life: own} = this.#opened!;
    if (!own.dead) return this.#look();
    this.#readTold();
    this.#abandon();
  }

  /** What could not be written is told to nobody, and what was told before is read as ever. */
  #readTold(): void {
    const {log} = this.#opened!.store;
    const told = this.#told;
    if (log.last !== told) this.#refuse(`that takes no more ends with ${log.last}, not ${told}`);
    this.#weigh();
    this.#readSome();
  }

  /** Does something; that the process died in it shows by itself. */
  async #attempt(act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!this.#opened?.life.dead) throw error;
    }
  }

  /** It is left as it is, as by a process that is killed. */
  #abandon(): void {
    const {life: own} = this.#opened!;
    // It may have died when it had said already that it ends in order.
    if (own.dead && !this.#goesOn) this.#goesOn = undefined;
    own.end();
    this.visited.deaths += 1;
    this.#opened = undefined;
  }

  #commit(): void {
    const opened = this.#opened!;
    const {store, waiting, woken, limits} = opened;
    const model = this.#model;
    const written = model.lastWritten;
    const steps = Array.from({length: 1 + this.#chance.below(3)}, () => this.#step());
    const events = steps.flatMap((step) => step.events);
    waiting.push(model.last);
    store.commit(steps, () => {
      this.#durable = waiting.shift()!;
      this.#durableMs = this.#clock.steadyMs();
    });
    this.#told = model.last;
    this.visited.events += events.length;
    if (opened.woken - woken !== Math.min(1, events.length)) {
      this.#refuse(`${events.length} events woke ${opened.woken - woken} times`);
    }
    this.#settle();
    const known = opened.durability === 'interval' ? written : model.last;
    this.#within(store.log.trimmed, model.bounds(limits, {nowMs: this.#nowMs(), known}));
  }

  /** Told to the model as it is made. */
  #step(): Step {
    const model = this.#model;
    const events = randomEvents(this.#chance, model.last, model.last < EVENTS_MAX);
    model.tell(events);
    return {transaction: undefined, events};
  }

  // ── What is expected ──

  /** Takes in what has become durable. */
  #settle(): void {
    if (this.#durable > this.#model.lastWritten) {
      this.#model.write(this.#durable, this.#logMs(this.#durableMs));
    }
  }

  /** At any time what is held is what the model says, and nothing came back or went too early. */
  #look(): void {
    const {store, limits} = this.#opened!;
    const {last} = this.#model;
    const {trimmed} = store.log;
    const {most} = this.#model.bounds(limits, {nowMs: this.#nowMs(), known: last});
    this.#within(trimmed, {least: 0, most});
    if (store.log.last !== last) this.#refuse(`ends with ${store.log.last}, not ${last}`);
    const {oldest, newest} = store.status().log;
    if (oldest !== trimmed + 1 || newest !== last) this.#refuse(`says ${oldest} to ${newest}`);
    this.#weigh();
    this.#readSome();
  }

  /** What is trimmed may be on disk or not, what was not written is not. */
  #weigh(): void {
    const {log, status} = this.#opened!.store;
    const {bytes} = status().log;
    const [held, all] = [this.#model.bytes(log.trimmed), this.#model.bytes(0)];
    if (bytes < held.least || bytes > all.most) this.#refuse(`has ${bytes} bytes`);
  }

  /** What was gone once is gone for all of a life. */
  #within(trimmed: number, {least, most}: TrimBounds): void {
    const before = this.#opened!.trimmed;
    if (trimmed < Math.max(least, before) || trimmed > Math.max(most, before)) {
      this.#refuse(`is trimmed to ${trimmed} after ${before}, not to ${least}, or ${most} at most`);
    }
    if (trimmed > before) this.visited.trimmed += 1;
    this.#opened!.trimmed = trimmed;
    this.#everTrimmed = Math.max(this.#everTrimmed, trimmed);
  }

  #readSome(): void {
    const {below, pick} = this.#chance;
    const {log} = this.#opened!.store;
    const {last, trimmed} = log;
    const edges = [trimmed, trimmed + 1, last - 1, last, last + 1, this.#model.lastWritten];
    for (let count = 0; count < 3; count++) {
      const after = Math.max(
        0,
        pick([below(last + 2), trimmed + below(last - trimmed + 1), pick(edges)]),
      );
      this.#read(after, pick([0, 1, 2, 255, 256, 257]));
    }
  }

  #read(after: number, limit: number): void {
    const {log} = this.#opened!.store;
    this.visited.reads += 1;
    const held = log.read(after, limit);
    const place = Math.min(Math.max(after, log.trimmed), this.#told);
    const due = this.#model.read(place, Math.min(limit, this.#told - place));
    if (isDeepStrictEqual(held, due)) return;
    const named = (events: readonly Event[]): string =>
      `${events.length} (${events.at(0)?.sequence} to ${events.at(-1)?.sequence})`;
    const other = due.find((event, at) => !isDeepStrictEqual(event, held[at]));
    const where = `${after} for ${limit}, of ${log.trimmed} to ${log.last}`;
    this.#refuse(
      `read from ${where}: ${named(held)}, not ${named(due)}; from ${other?.sequence} on`,
    );
  }

  #refuse(what: string): never {
    const {limits, durability} = this.#opened ?? {};
    throw new Error(`the log ${what} (${JSON.stringify({...limits, durability})})`);
  }
}

/** Rows of a service that takes some turns to be written. */
const LIVE: LiveRows = {
  sourceIds: () => [],
  tables: () => [],
  rows: () => [],
  queryIds: () => ['q'],
  *result() {
    for (let row = 0; row < LIVE_ROWS; row++) yield [`${row}`, '1'];
  },
  memory: () => [],
};

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}
