import type {Config} from '../../src/config/config.ts';
import {readConfig} from '../../src/config/read.ts';
import {eventJson} from '../../src/data/event.ts';
import {parseLsn} from '../../src/data/lsn.ts';
import type {Feed} from '../../src/http/feed.ts';
import {frameText} from '../../src/http/frame.ts';
import {silentLog} from '../../src/lib/log.ts';
import {watchers} from '../../src/lib/watchers.ts';
import {type Core, core} from '../../src/pipeline/core.ts';
import {definitionOf} from '../../src/pipeline/definition.ts';
import {streamWorld} from '../../src/pipeline/views.ts';
import {FEED_LIMITS, type QueryChoice, queryFeed} from '../../src/reaction/query-feed.ts';
import {storeIn} from '../../src/store/lmdb-store.ts';
import type {Store} from '../../src/store/store.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {type Disk, memoryDisk} from './memory-file.ts';
import {chance, Death, type Life, life} from './mortal.ts';
import type {Mutant} from './mutants.ts';
import {SimClient} from './sim-client.ts';
import {type Bag, check, FIXED, filtered, filterQuery, THRESHOLDS} from './sim-queries.ts';
import {SimServer, type Write} from './sim-server.ts';
import {type SimSource, SOURCE, simSource} from './sim-source.ts';
import {Stored} from './stored.ts';
import {Violation} from './violation.ts';

/** What happened in a run, so that it can be told whether it was worth one. */
export interface Visited {
  deaths: number;
  /** Where it died. */
  readonly places: Map<string, number>;
  stops: number;
  resyncs: number;
  checkpoints: number;
  /** How often a write-ahead file went into the maps. */
  settled: number;
  events: number;
  netDiffs: number;
  timers: number;
  queryChanges: number;
  /** First snapshots that were served before they were written, and what became of them. */
  foundings: number;
  foundingsWritten: number;
  foundingsLost: number;
  /** Results that clients were told meanwhile. */
  toldEarly: number;
  /** Where it died meanwhile. */
  readonly foundingPlaces: Set<string>;
  readonly resets: Map<string, number>;
}

/** What a seed leaves out and what it has more of: bugs hide where one thing is absent. */
interface Features {
  readonly durability: 'commit' | 'group' | 'interval';
  /** Time functions are compared with the database, which then is never read anew. */
  readonly timed: boolean;
  readonly jumps: boolean;
  readonly losses: boolean;
  readonly behindEvents: number;
  readonly netSize: number;
  readonly eventLogEvents: number;
  readonly checkpointBytes: number;
  readonly commitTransactions: number;
  /** A first snapshot of so many rows is served before it is written; undefined: none is. */
  readonly foundingRows: number | undefined;
}

interface Running {
  readonly life: Life;
  readonly core: Core;
  readonly store: Store;
  readonly source: SimSource;
  readonly feed: Feed<QueryChoice>;
  readonly stopping: AbortController;
  readonly runs: readonly Promise<void>[];
}

const START_MS = Date.UTC(2026, 2, 2, 8);
const STEPS = 120;
const ROUNDS_MAX = 200;
const CLIENTS = 3;

const BASE: Config = readConfig({
  text: `
id: simulated
sources: [{kind: postgres, id: ${SOURCE}, database: d, user: u, slotName: s, publicationName: p}]
stateStore: {kind: lmdb, path: nowhere}`,
  file: 'simulation.yaml',
  env: {},
}).config;

/** Runs the service of one seed through its lives. Throws where it is found to be wrong. */
export async function simulate(seed: number, mutant: Mutant): Promise<Visited> {
  const run = new Simulation(seed, mutant);
  try {
    await run.live();
    return run.visited;
  } finally {
    await run.bury();
  }
}

class Simulation {
  readonly visited: Visited = {
    deaths: 0,
    places: new Map(),
    stops: 0,
    resyncs: 0,
    checkpoints: 0,
    settled: 0,
    events: 0,
    netDiffs: 0,
    timers: 0,
    queryChanges: 0,
    foundings: 0,
    foundingsWritten: 0,
    foundingsLost: 0,
    toldEarly: 0,
    foundingPlaces: new Set(),
    resets: new Map(),
  };
  readonly #mutant: Mutant;
  readonly #chance;
  readonly #features: Features;
  readonly #clock = simulatedClock(START_MS);
  readonly #server = new SimServer();
  readonly #disk: Disk;
  readonly #stored: Stored;
  readonly #clients: SimClient[];
  /** Clients as they were some time ago. */
  readonly #away: SimClient[] = [];
  /** What the events of an epoch said: each is one thing for ever. */
  readonly #said = new Map<string, string>();
  /** Of the query that comes and goes over the API: what it may be, undefined is not there. */
  #extra: readonly (number | undefined)[] = [undefined];
  #over: number = THRESHOLDS[0];
  #lives = 0;
  #running: Running | undefined;
  #wrong: unknown;

  constructor(seed: number, mutant: Mutant) {
    this.#mutant = mutant;
    this.#chance = chance(seed);
    this.#features = this.#chosen(seed);
    this.#disk = memoryDisk({
      atomic: !mutant.halfWrites,
      random: this.#chance.next,
      ahead: mutant.ahead,
    });
    this.#stored = new Stored(this.#disk);
    this.#clients = Array.from({length: CLIENTS}, () => this.#newClient());
  }

  #chosen(seed: number): Features {
    const {is, pick, below} = this.#chance;
    const timed = is(0.4);
    return {
      durability: pick(['commit', 'group', 'group', 'interval']),
      timed,
      jumps: !timed && is(0.3),
      losses: !timed && is(0.5),
      behindEvents: is(0.3) ? 17 : 10_000,
      // So few rows that some net diffs are larger.
      netSize: seed % 4 === 0 ? 600 : FEED_LIMITS.netSize,
      eventLogEvents: is(0.3) ? 30 : 10_000,
      checkpointBytes: pick([200, 1000, 3000, 10_000]),
      commitTransactions: 1 + below(6),
      foundingRows: is(0.4) ? (timed ? 0 : pick([0, 1, 4])) : undefined,
    };
  }

  async live(): Promise<void> {
    const {timed} = this.#features;
    if (!timed) for (let i = 0; i < 3; i++) this.#write();
    for (let step = 0; step < STEPS; step++) {
      if (!this.#running) await this.#start(this.#doom());
      if (!this.#running) continue;
      // Until it is known when rows began to hold, none of them does.
      if (timed && this.#stored.lsn === 0n) await this.#pass(100);
      else await this.#attempt(this.#action());
      await this.#look();
    }
    await this.#quiet();
  }

  // ── Lives ──

  #doom(): {at: number; made: boolean} | undefined {
    const {is, below} = this.#chance;
    const founding = this.#features.foundingRows !== undefined && this.#stored.lsn === 0n;
    if (founding && is(0.8)) return {at: 10 + below(40), made: is(0.5)};
    return is(0.85) ? {at: 1 + below(is(0.3) ? 30 : 250), made: is(0.5)} : undefined;
  }

  async #start(doom: {at: number; made: boolean} | undefined): Promise<void> {
    const own = life(doom);
    if (this.#chance.is(0.4)) this.#over = this.#chance.pick(THRESHOLDS);
    try {
      this.#running = this.#born(own);
    } catch (error) {
      if (!own.dead) throw error;
      this.#died(error);
      return;
    }
    await settled();
    if (!this.#stored.whole && this.#chance.is(0.7)) await this.#attempt(() => this.#hurry());
  }

  /** Clients come, and the database goes on, before a first snapshot is written. */
  #hurry(): void {
    for (const client of this.#clients) this.#reconnect(client);
    if (this.#mayWrite) this.#write();
    this.#running!.source.line?.send(9);
  }

  #born(own: Life): Running {
    const clock = this.#clock;
    const {durability, eventLogEvents, checkpointBytes, commitTransactions} = this.#features;
    const {behindEvents, netSize, foundingRows} = this.#features;
    const fail = (error: unknown): void => this.#failed(error, own);
    this.#lives += 1;
    const bare = this.#stored.watch(this.#disk.file(own));
    const limits = {eventLogEvents, eventLogBytes: 1e9, eventLogMs: 1e12};
    const opened = storeIn(this.#mutant.file?.(bare) ?? bare, {
      path: 'memory',
      epoch: `e${this.#lives}`,
      durability,
      flushMs: 500,
      checkpointBytes,
      foundingRows: foundingRows ?? Number.POSITIVE_INFINITY,
      ...limits,
      pid: 1,
      clock,
      log: silentLog,
      fail,
      release: async () => {},
    });
    this.#stored.opened(opened);
    const store = this.#mutant.store?.(opened) ?? opened;
    const source = this.#source(own, store);
    const stopping = new AbortController();
    const config: Config = {
      ...BASE,
      stateStore: {...BASE.stateStore!, durability},
      limits: {...BASE.limits, ...limits, commitTransactions, commitRows: 20},
      queries: [filterQuery('filter', this.#over), FIXED.joined, FIXED.groups, FIXED.held],
    };
    const sources = new Map([[SOURCE, source]]);
    const {signal} = stopping;
    const joined = core(config, {clock, log: silentLog, fail, store, sources, signal});
    const {engine, groups, queries} = joined;
    const feed = queryFeed({
      world: streamWorld(
        {
          ...{config, log: store.log, storeStatus: store.status, engine, sources, groups},
          ...{queries, reactions: [], states: watchers()},
        },
        clock,
      ),
      queries: queries.all,
      everything: true,
      encode: (event, id) => frameText({id, data: eventJson(event)}),
      limits: {...FEED_LIMITS, behindEvents, netSize},
      clock,
    });
    return {life: own, core: joined, store, source, feed, stopping, runs: joined.run()};
  }

  #source(own: Life, store: Store): SimSource {
    const mutant = this.#mutant;
    const source = simSource({
      server: this.#server,
      stored: store.sources.get(SOURCE),
      clock: this.#clock,
      chance: this.#chance,
      life: own,
      mutant,
      durable: () => this.#stored.lsn,
    });
    const {run, acknowledge} = source;
    return Object.assign(source, {
      acknowledge: (lsn: bigint) =>
        mutant.acknowledge ? mutant.acknowledge({...source, acknowledge}, lsn) : acknowledge(lsn),
      run: (sink: Parameters<typeof run>[0], signal: AbortSignal) =>
        run(
          {
            describe: sink.describe,
            reach: sink.reach,
            receive: (next) =>
              sink.receive(() => {
                const transaction = own.call('next', next);
                if (transaction) mutant.handed?.(source, transaction);
                return transaction;
              }),
          },
          signal,
        ),
    });
  }

  /** What a service of ours is told that it cannot survive; of one that is dead it is no wonder. */
  #failed(error: unknown, own: Life): void {
    if (!own.dead) this.#wrong ??= error;
  }

  #died(how: unknown): void {
    this.visited.deaths += 1;
    const place = /(before|after) \S+( \S+)?(?=,)/.exec(String(how))?.[0] ?? 'elsewhere';
    this.visited.places.set(place, (this.visited.places.get(place) ?? 0) + 1);
    if (!this.#stored.whole) this.visited.foundingPlaces.add(place);
  }

  /** The life is over: what still runs of it is ended, and can do nothing any more. */
  async bury(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    for (const client of this.#clients) client.disconnect();
    if (!running) return;
    this.visited.resyncs += running.source.resyncs;
    running.stopping.abort();
    await Promise.all(running.runs);
    await running.store.close().catch((error) => this.#failed(error, running.life));
    this.visited.checkpoints = this.#disk.checkpoints;
    this.visited.foundings = this.#stored.begun;
    this.visited.foundingsWritten = this.#stored.ended;
    this.visited.foundingsLost = this.#stored.lost;
    this.visited.settled = this.#disk.settled;
  }

  async #stop(): Promise<void> {
    this.visited.stops += 1;
    await this.bury();
  }

  /** Does something; that the process died in it shows by itself. */
  async #attempt(act: () => void | Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!this.#running?.life.dead) throw error;
      if (!(error instanceof Death) && error instanceof Violation) throw error;
    }
  }

  async #look(): Promise<void> {
    await settled();
    if (this.#wrong) throw this.#wrong;
    const running = this.#running;
    if (!running?.life.dead) return;
    this.#died(running.life.how);
    await this.bury();
    if (this.#wrong) throw this.#wrong;
    const {is, below} = this.#chance;
    if (is(0.5)) await this.#clock.pass(below(4000));
    if (is(0.5) && this.#mayWrite) this.#write();
    if (is(0.2)) this.#server.crash(this.#chance);
    if (is(0.1) && this.#features.losses) this.#server.dropSlot();
  }

  // ── What happens ──

  get #mayWrite(): boolean {
    return !this.#features.timed || this.#stored.lsn > 0n;
  }

  #action(): () => void | Promise<void> {
    const {next, below, is, pick} = this.#chance;
    const running = this.#running!;
    const client = pick(this.#clients);
    const {losses, jumps} = this.#features;
    const at = next();
    if (at < 0.24) return () => this.#write();
    if (at < 0.27) return () => this.#server.others(this.#clock.nowMs());
    if (at < 0.52) return () => void running.source.line?.send(1 + below(12));
    if (at < 0.58) return () => running.source.line?.say();
    if (at < 0.66) return () => this.#pass(below(2500));
    if (at < 0.78) return () => this.#pump();
    if (at < 0.86) return () => this.#connect(client);
    if (at < 0.88) return () => client.disconnect();
    if (at < 0.9) return () => client.block();
    if (at < 0.93) return () => client.unblock();
    if (at < 0.95) return () => running.source.line?.cut();
    if (at < 0.98) return () => this.#changeQuery();
    if (is(0.3)) return () => this.#stop();
    if (jumps && is(0.5)) return () => this.#jump();
    if (!losses) return () => {};
    if (is(0.5)) return () => running.source.resync();
    return () => {
      this.#server.dropSlot();
      running.source.line?.cut();
    };
  }

  #write(): void {
    const {below, is} = this.#chance;
    const writes = Array.from({length: 1 + below(3)}, (): Write => {
      const id = 1 + below(5);
      if (is(0.3)) {
        return {table: 'b', id, row: is(0.6) ? [id, 1 + below(5)] : null};
      }
      return {table: 'a', id, row: is(0.75) ? [id, below(10), 1 + below(2)] : null};
    });
    this.#server.commit(writes, this.#clock.nowMs());
  }

  /** In slices where the database has to be heard before time may tell that it said nothing. */
  async #pass(ms: number): Promise<void> {
    const slice = this.#features.timed ? 100 : ms;
    for (let left = ms; left > 0; left -= slice) {
      if (this.#features.timed) await this.#hear();
      await this.#clock.pass(Math.min(left, slice));
      if (this.#running?.life.dead) return;
    }
  }

  async #hear(): Promise<void> {
    for (let round = 0; round < 100; round++) {
      const line = this.#running?.source.line;
      if (!line || line.drained) break;
      line.send(100);
      await settled();
    }
    await settled();
  }

  #jump(): void {
    const day = 24 * 60 * 60 * 1000;
    this.#clock.set(this.#clock.nowMs() + (this.#chance.is(0.5) ? day : -day));
  }

  #pump(): void {
    for (const client of this.#clients) client.pump();
  }

  #connect(client: SimClient): void {
    const {is, pick} = this.#chance;
    const {feed, life: own} = this.#running!;
    // Now and then somebody new comes, or somebody who was away for long.
    const fresh = is(0.85) ? client : is(0.4) ? this.#newClient() : pick([client, ...this.#away]);
    const index = this.#clients.indexOf(client);
    if (is(0.2)) this.#away.push(client.copy());
    client.disconnect();
    this.#clients[index] = fresh === client ? client : fresh.copy();
    this.#clients[index]!.connect(feed, own, {each: is(0.3)});
  }

  #changeQuery(): void {
    const {groups, queries} = this.#running!.core;
    const source = groups.get(SOURCE)!;
    const over = this.#chance.pick(THRESHOLDS);
    const held = queries.all.get('extra');
    const drop = held !== undefined && this.#chance.is(0.4);
    const wanted = drop ? undefined : over;
    this.#extra = [...this.#extra, wanted];
    this.visited.queryChanges += 1;
    const definition = definitionOf(filterQuery('extra', over), {source, origin: 'api'});
    if (drop) queries.drop(held);
    else if (held) queries.define(held, definition, {run: true});
    else queries.add(definition, {run: true});
    // It was answered, so it is so; unless what was told is written later.
    if (this.#features.durability !== 'interval') this.#extra = [wanted];
  }

  // ── What clients hear ──

  #newClient(): SimClient {
    return new SimClient({
      event: (told, bag, text, epoch) => {
        this.visited.events += 1;
        if (told.from !== undefined) this.visited.netDiffs += 1;
        if (told.transaction.kind === 'timer') this.visited.timers += 1;
        const {durability} = this.#features;
        if (durability !== 'interval' && (told.to ?? told.sequence) > this.#stored.sequence) {
          throw new Violation(`event ${told.sequence} is told, and not stored`);
        }
        if (told.from === undefined) this.#sameAsEver(`${epoch}-${told.sequence}`, text);
        this.#check(told.queryId, bag, told.transaction);
      },
      snapshot: ({queryId, lsn}, bag) => {
        if (!this.#stored.whole) this.visited.toldEarly += 1;
        if (lsn !== null && queryId !== 'held') this.#check(queryId, bag, {lsn, commitTime: 0});
      },
      wrong: (error) => {
        if (!(error instanceof Death)) this.#wrong ??= error;
      },
      reset: (reason, lastId) => {
        const {resets} = this.visited;
        resets.set(reason, (resets.get(reason) ?? 0) + 1);
        const {durability, eventLogEvents, netSize} = this.#features;
        const may =
          (reason === 'other-epoch' && (durability === 'interval' || this.#isLost(lastId))) ||
          (reason === 'too-old' && eventLogEvents < 10_000) ||
          (reason === 'too-much' && netSize < FEED_LIMITS.netSize) ||
          // It was cut off after a reset that it was told for a reason.
          lastId?.endsWith(`-${reason}`);
        if (!may) throw new Violation(`a client is reset: ${reason}`);
      },
    });
  }

  /** Whether an id is of a first snapshot that a crash took back. */
  #isLost(id: string | undefined): boolean {
    return id !== undefined && this.#stored.isLost(id.split('-')[0]!);
  }

  #sameAsEver(id: string, text: string): void {
    const said = this.#said.get(id) ?? text;
    if (said !== text) throw new Violation(`event ${id} was ${said}\nand is ${text}`);
    this.#said.set(id, text);
  }

  #check(queryId: string, bag: Bag, at: {lsn: string; commitTime: number}): void {
    if (queryId === 'held' && !this.#features.timed) return;
    const lsn = parseLsn(at.lsn)!;
    const history = this.#server.commits.filter(({endLsn}) => endLsn <= lsn);
    check(queryId, bag, {history, state: this.#server.at(lsn), time: at.commitTime});
  }

  // ── In the end ──

  /** The world calms down: everything is acknowledged, and everybody has what there is. */
  async #quiet(): Promise<void> {
    if (this.#running?.life.mortal) {
      await this.bury();
    }
    if (!this.#running) await this.#start(undefined);
    this.#server.others(this.#clock.nowMs());
    for (const client of this.#clients) client.unblock();
    for (const client of this.#clients) if (!client.connected) this.#reconnect(client);
    let left = ROUNDS_MAX;
    while (!this.#isQuiet()) {
      if (--left === 0) throw new Violation(`in the end ${this.#restless()}`);
      await this.#round();
    }
    // What time still has to tell, it tells now.
    await this.#pass(8000);
    await this.#round();
    this.#checkAll();
    await this.#againTheSame();
  }

  #reconnect(client: SimClient): void {
    client.connect(this.#running!.feed, this.#running!.life, {each: false});
  }

  async #round(): Promise<void> {
    await this.#hear();
    this.#running!.source.line?.send(3);
    await this.#pass(300);
    this.#running!.source.line?.say();
    this.#pump();
    for (const client of this.#clients) if (!client.connected) this.#reconnect(client);
    await settled();
    await settled();
    if (this.#wrong) throw this.#wrong;
  }

  #isQuiet(): boolean {
    const {store} = this.#running!;
    const {confirmed} = this.#server.slot ?? {};
    if (confirmed !== this.#server.walEnd || this.#stored.sequence !== store.log.last) return false;
    return this.#clients.every(({place}) => place === store.log.last);
  }

  #restless(): string {
    const {store, source} = this.#running!;
    const places = this.#clients.map(({place}) => place);
    return `the server's log ends at ${this.#server.walEnd} and is confirmed to ${
      this.#server.slot?.confirmed
    }; there are ${store.log.last} events, ${this.#stored.sequence} stored, clients are at ${places}; ${JSON.stringify(
      {
        ...source.status(),
        drained: source.line?.drained,
        now: this.#clock.nowMs(),
        features: this.#features,
      },
      (_key, value) => (typeof value === 'bigint' ? String(value) : value),
    )}`;
  }

  #checkAll(): void {
    const {commits, state} = this.#server;
    const time = this.#clock.nowMs() * 1000;
    const queries = this.#running!.core.queries.all;
    for (const client of this.#clients) {
      for (const queryId of new Set([...queries.keys(), ...client.queries()])) {
        const bag = client.bag(queryId);
        if (queryId === 'held' && !this.#features.timed) continue;
        check(queryId, bag, {history: commits, state, time});
      }
      expectBag('filter', client.bag('filter'), [filtered(state, this.#over)]);
      const extra = this.#extra.map((over) => (over === undefined ? [] : filtered(state, over)));
      expectBag('extra', client.bag('extra'), extra);
    }
  }

  /** Started once more where nothing happened, it has nothing to say. */
  async #againTheSame(): Promise<void> {
    const {store} = this.#running!;
    const {last, epoch} = store.log;
    await this.bury();
    if (this.#wrong) throw this.#wrong;
    this.#running = this.#born(life(undefined));
    await this.#round();
    const {source, store: again} = this.#running;
    if (source.resyncs > 0) throw new Violation('a start where nothing had happened read all anew');
    const {log} = again;
    if (log.epoch !== epoch) throw new Violation('an orderly stop ended the epoch');
    if (log.last !== last) {
      const said = log.read(last, 3).map((event) => eventJson(event));
      throw new Violation(`a start where nothing had happened said ${said.join('\n')}`);
    }
    this.#checkAll();
  }
}

function expectBag(queryId: string, bag: Bag, may: readonly Bag[]): void {
  if (may.some((one) => one.join() === bag.join())) return;
  throw new Violation(`in the end ${queryId} is ${bag.join(' ')}, not ${may.join('\n or ')}`);
}

/** All that follows by itself: a few turns, for what hands on from one to the next. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}
