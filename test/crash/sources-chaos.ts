import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Follower, follower} from '../clients/follower.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import {type ResumingClient, resumingClient} from './resuming-client.ts';
import {asked} from './schema-admin.ts';
import {gone, killed, readDiary, type ServiceProcess, startProcess} from './service-process.ts';
import {administerSources} from './sources-admin.ts';
import {disagreements, type Past, pastDisagreements, presentOf} from './sources-truth.ts';
import {askPlace, configText, type Part, type Place} from './sources-world.ts';
import {TABLES, writer} from './workload.ts';

const REST_LIMIT_MS = 30_000;

export interface Chaos {
  readonly seed: number;
  /** Times of writing, each with a rest after it. */
  readonly rounds: number;
  /** Is told each line of the service's diary. */
  readonly says?: (line: string) => void;
}

/** What a run came to. */
export interface Endured {
  readonly kills: number;
  readonly outages: number;
  readonly slotsLost: number;
  readonly commits: number;
  readonly events: number;
  readonly pasts: number;
  /** What was asked of the API, by how it was answered. */
  readonly answers: Readonly<Record<string, number>>;
  /** Problems of the service's diary, by their code. */
  readonly said: Readonly<Record<string, number>>;
}

/**
 * Runs the service on three databases of two servers, and kills it, its servers and its slots,
 * leaves sources out of its configuration and puts them back, and has its queries changed and
 * moved from source to source meanwhile. Throws where, at a rest, a query answers other than
 * its database, a client holds other than the service, the past is another than it was, or
 * one source's trouble was another's.
 */
export async function sourcesChaos(chaos: Chaos): Promise<Endured> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-sources-'));
  const servers = await Promise.all([startServer({fsync: 'on'}), startServer({fsync: 'on'})]);
  const over = new AbortController();
  try {
    return await new Ordeal(chaos, {folder, servers, over}).run();
  } finally {
    over.abort();
    await Promise.all(servers.map((server) => server.dispose()));
    await rm(folder, {recursive: true, force: true});
  }
}

interface Stage {
  readonly folder: string;
  readonly servers: readonly TestServer[];
  readonly over: AbortController;
}

class Ordeal {
  readonly #chaos: Chaos;
  readonly #stage: Stage;
  readonly #random: Chance;
  readonly #places: readonly Place[];
  readonly #answers: Record<string, number> = {};
  readonly #said: Record<string, number> = {};
  #parts = new Map<string, Part>();
  #pasts: readonly Past[] = [];
  #clients: readonly ResumingClient[] = [];
  #followers: readonly Follower[] = [];
  #service: ServiceProcess | undefined;
  #ports = {port: 0, ssePort: 0};
  #counts = {kills: 0, outages: 0, slotsLost: 0, commits: 0};
  #errors: string[] = [];

  constructor(chaos: Chaos, stage: Stage) {
    this.#chaos = chaos;
    this.#stage = stage;
    this.#random = chance(chaos.seed);
    const [first, second] = stage.servers as [TestServer, TestServer];
    const at = ({host, port, user, password}: TestServer, id: string, database: string): Place => {
      return {host, port, user, password, id, database};
    };
    this.#places = [
      at(first, 'one', 'postgres'),
      at(first, 'two', 'two'),
      at(second, 'three', 'postgres'),
    ];
  }

  get #api(): string {
    return `http://127.0.0.1:${this.#ports.port}/api/v1`;
  }

  async run(): Promise<Endured> {
    await askPlace(this.#places[0]!, 'CREATE DATABASE two');
    for (const place of this.#places) await askPlace(place, TABLES);
    this.#ports = {port: await freePort(), ssePort: await freePort()};
    await this.#start(new Map(this.#places.map(({id}) => [id, 'runs'])));
    this.#listen();
    try {
      for (let round = 0; round < this.#chaos.rounds; round++) {
        await this.#storm(round);
        await this.#rest(`round ${round}`);
      }
      await killed(this.#service!);
      await this.#start(new Map(this.#places.map(({id}) => [id, 'runs'])));
      await this.#rest('all sources run');
    } finally {
      for (const one of this.#followers) one.stop();
      if (this.#service) await killed(this.#service);
    }
    const events = this.#clients.reduce((sum, {heard}) => sum + heard, 0);
    const pasts = this.#pasts.length;
    return {...this.#counts, events, pasts, answers: this.#answers, said: this.#said};
  }

  /** Starts the service, each source as it is told. */
  async #start(parts: Map<string, Part>): Promise<void> {
    const {folder} = this.#stage;
    const config = join(folder, 'server.yaml');
    this.#parts = parts;
    const durability = this.#random.pick(['group', 'commit']);
    const choices = {...this.#ports, store: join(folder, 'store'), durability, parts};
    await writeFile(config, configText(this.#places, choices));
    this.#service = await startProcess(config, {port: this.#ports.port});
    readDiary(this.#service, (text) => this.#hear(text));
  }

  #hear(text: string): void {
    for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
      const code = /\[([a-z-]+)\]/.exec(line)?.[1] ?? line.slice(0, 200);
      this.#said[code] = (this.#said[code] ?? 0) + 1;
      this.#chaos.says?.(line);
      if (!/"level":"(warn|info)"/.test(line)) this.#errors.push(line);
      // The server was told that it may forget what the store has not.
      if (code === 'position-lost') this.#errors.push(line);
    }
  }

  #listen(): void {
    const {over} = this.#stage;
    const url = (): string => `${this.#api}/events`;
    this.#clients = [1, 2].map(() => resumingClient(url(), over));
    const seeded = (at: number): (() => number) => chance(this.#chaos.seed * 100 + at).next;
    const own = {everything: false, coalesce: true, keepsAll: true};
    this.#followers = [
      follower({...own, name: 'all', url, chance: seeded(1), queries: undefined, everything: true}),
      follower({
        ...own,
        name: 'two',
        url,
        chance: seeded(2),
        queries: ['one_high', 'three_joined'],
      }),
      follower({...own, name: 'x0', url, chance: seeded(3), queries: ['x0'], coalesce: false}),
      follower({
        ...{...own, name: 'sse', chance: seeded(4), queries: undefined},
        url: () => `http://127.0.0.1:${this.#ports.ssePort}/events`,
      }),
    ];
  }

  /** All write at once, and something breaks. */
  async #storm(round: number): Promise<void> {
    const writing = new AbortController();
    const [seed, {signal}] = [this.#chaos.seed * 1000 + round * 10, writing];
    const writers = this.#places.map((place, at) => writer(place, signal, seed + at));
    const admin = administerSources(this.#api, {
      random: chance(seed + 7),
      signal,
      answers: this.#answers,
    });
    admin.catch(() => {});
    try {
      for (let blow = 0; blow < 3; blow++) {
        await this.#pause(600);
        await this.#random.pick([
          () => this.#kill(),
          () => this.#kill(),
          () => this.#outage(),
          () => this.#slotLost(),
        ])();
      }
      await this.#pause(300);
    } finally {
      writing.abort();
    }
    for (const commits of await Promise.all(writers)) this.#counts.commits += commits;
    await admin;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#random.below(ms)));
  }

  async #kill(): Promise<void> {
    this.#counts.kills += 1;
    await killed(this.#service!);
    const part = (from: readonly Part[]): Part => this.#random.pick(from);
    const parts = new Map<string, Part>([
      ['one', 'runs'],
      ['two', part(['runs', 'runs', 'stopped', 'left out'])],
      ['three', part(['runs', 'runs', 'runs', 'stopped'])],
    ]);
    await this.#start(parts);
  }

  /** A server is gone for a while: what reads the other one goes on. */
  async #outage(): Promise<void> {
    const server = this.#stage.servers[1]!;
    this.#counts.outages += 1;
    const before = this.#clients[0]!.heard;
    await server.stop('immediate');
    try {
      await this.#pause(300);
      const [place] = this.#places as [Place];
      const [row] = await askPlace<{lsn: string}>(
        place,
        'SELECT pg_current_wal_lsn()::text AS lsn',
      );
      const passed = async (): Promise<boolean> => {
        const [slot] = await askPlace<{passed: boolean}>(
          place,
          `SELECT confirmed_flush_lsn >= '${row!.lsn}' AS passed FROM pg_replication_slots
            WHERE slot_name = 'slot_one'`,
        );
        return slot?.passed === true && this.#clients[0]!.heard > before;
      };
      await until(passed, {limitMs: 10_000, what: 'one to go on while three is away'});
      const {status} = await asked(this.#api.replace('/api/v1', '/health'));
      if (status !== 200) throw new Error(`/health is ${status} while three is away`);
    } finally {
      await server.start();
    }
  }

  async #slotLost(): Promise<void> {
    const place = this.#random.pick(this.#places);
    const slot = `slot_${place.id}`;
    const dropped = async (): Promise<boolean> => {
      await askPlace(
        place,
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
        WHERE slot_name = '${slot}' AND active_pid IS NOT NULL`,
      );
      return askPlace(place, `SELECT pg_drop_replication_slot('${slot}')`).then(
        () => true,
        () => false,
      );
    };
    for (let left = 5; left > 0; left--) {
      if (!(await dropped())) continue;
      this.#counts.slotsLost += 1;
      return;
    }
  }

  /** Nobody writes: in time, all agree. */
  async #rest(after: string): Promise<void> {
    for (const one of this.#followers) one.calm();
    let found: readonly string[] = [];
    const around = {
      ...{api: this.#api, places: this.#places, parts: this.#parts},
      ...{clients: this.#clients, followers: this.#followers},
    };
    const agreed = async (): Promise<boolean> => {
      if (gone(this.#service!)) return true;
      found = await disagreements(around);
      return found.length === 0;
    };
    await until(agreed, {
      ...{limitMs: REST_LIMIT_MS, everyMs: 100},
      what: () =>
        `rest after ${after}:\n${found.join('\n').slice(0, 3000)}\n${this.#service!.said()}`,
    });
    if (gone(this.#service!)) throw new Error(`it ended by itself:\n${this.#service!.said()}`);
    const past = await pastDisagreements(this.#api, this.#pasts);
    if (past.length > 0)
      throw new Error(`the past after ${after}:\n${past.join('\n').slice(0, 3000)}`);
    this.#pasts = [...this.#pasts, ...(await presentOf(this.#api))];
    if (this.#errors.length > 0) throw new Error(`it said ${this.#errors.join('\n')}`);
  }
}
