import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {readEvents} from '../support/sse-client.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import {type ResumingClient, resumingClient} from './resuming-client.ts';
import {gone, killed, type ServiceProcess, startProcess} from './service-process.ts';
import {agreed, ask, configText, type Durability, TABLES, writer} from './workload.ts';

const LIMIT_MS = 60_000;
const CLIENTS = 2;
const WRITERS = 2;

/** What a run came to. */
export interface TwinsCame {
  readonly acts: Readonly<Record<string, number>>;
  readonly takeovers: number;
  readonly commits: number;
  readonly events: number;
  /** Streams that clients opened. */
  readonly streams: number;
  /** Of clients that changed from one instance to the other. */
  readonly moved: number;
}

export interface TwinsChoices {
  /** Each with something that is done to one of them, or to both. */
  readonly rounds: number;
  readonly seed: number;
  /** With `interval` clients may be told to start afresh. */
  readonly durability: Durability;
}

interface Twin {
  readonly name: string;
  readonly port: number;
  readonly config: string;
  readonly clients: readonly ResumingClient[];
  process: ServiceProcess | undefined;
}

const ACTS = ['kill', 'stop', 'pause', 'kill-both', 'kill-waiting'] as const;

/**
 * Runs two instances on one slot, each with a store of its own, kills, stops and pauses the
 * one that reads, and throws where a client was told other than each change once, holds at a rest
 * other than the database, or an instance that does not read says that it is up to date.
 */
export async function twins({rounds, seed, durability}: TwinsChoices): Promise<TwinsCame> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-twins-'));
  const server = await startServer({fsync: 'off', wal_sender_timeout: '2s'});
  const over = new AbortController();
  const run = new Run({folder, server, over, random: chance(seed), rounds, durability});
  try {
    return await run.all();
  } finally {
    over.abort();
    for (const one of run.pair) {
      one.process?.child.kill('SIGCONT');
      one.process?.child.kill('SIGKILL');
    }
    await server.dispose();
    await rm(folder, {recursive: true, force: true});
  }
}

interface Stage {
  readonly folder: string;
  readonly server: TestServer;
  readonly over: AbortController;
  readonly random: Chance;
  readonly rounds: number;
  readonly durability: Durability;
}

class Run {
  pair: Twin[] = [];
  readonly #stage: Stage;
  #acts: Record<string, number> = {};
  #takeovers = 0;
  #moved = 0;
  #commits = 0;
  #writing = new AbortController();
  #writers: Promise<number>[] = [];
  #last: Twin | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async all(): Promise<TwinsCame> {
    const {server, rounds, random} = this.#stage;
    await ask(server, TABLES);
    this.pair = [await this.#twin('one'), await this.#twin('two')];
    this.#write(0);
    for (const one of this.pair) await this.#up(one);
    for (let round = 0; round < rounds; round++) {
      const act = random.pick(ACTS);
      this.#acts[act] = (this.#acts[act] ?? 0) + 1;
      const active = await this.#active();
      await this.#heard(active, 5 + random.below(40));
      await this.#act(act, active);
      if (random.is(0.4) || round === rounds - 1) await this.#rest(round);
    }
    const clients = this.pair.flatMap(({clients: own}) => own);
    return {
      acts: this.#acts,
      takeovers: this.#takeovers,
      commits: this.#commits,
      events: clients.reduce((sum, one) => sum + one.heard, 0),
      streams: clients.reduce((sum, one) => sum + one.streams, 0),
      moved: this.#moved,
    };
  }

  async #twin(name: string): Promise<Twin> {
    const {folder, server, over, durability} = this.#stage;
    const port = await freePort();
    const config = join(folder, `${name}.yaml`);
    const source = ['silentMs: 2000', 'tableCheckMs: 1000'];
    const text = configText(server, {port, store: join(folder, name), durability, source});
    await writeFile(config, text);
    const url = `http://127.0.0.1:${port}/api/v1/events`;
    const startsAfresh = durability === 'interval';
    const clients = Array.from({length: CLIENTS}, () =>
      resumingClient(url, {signal: over.signal, startsAfresh}),
    );
    return {name, port, config, clients, process: undefined};
  }

  #write(seed: number): void {
    const {server, over} = this.#stage;
    this.#writing = new AbortController();
    const signal = AbortSignal.any([this.#writing.signal, over.signal]);
    this.#writers = Array.from({length: WRITERS}, (_, at) =>
      writer(server, signal, 1000 + seed * 10 + at),
    );
  }

  async #up(one: Twin): Promise<void> {
    if (one.process && !gone(one.process)) return;
    if (one.process) await killed(one.process).catch(() => {});
    one.process = await startProcess(one.config, {port: one.port});
  }

  async #isActive(one: Twin): Promise<boolean> {
    try {
      const source = await get(one, 'sources/db');
      const result = await get(one, 'queries/high/results');
      return source.status === 'Running' && result.results !== undefined && !result.stale;
    } catch {
      return false;
    }
  }

  async #active(among = this.pair): Promise<Twin> {
    let found: Twin | undefined;
    await until(
      async () => {
        for (const one of among) if (await this.#isActive(one)) found = one;
        return found !== undefined;
      },
      {limitMs: LIMIT_MS, everyMs: 20, what: () => `one to read\n${this.#said()}`},
    );
    if (this.#last !== found) this.#takeovers += 1;
    this.#last = found;
    return found!;
  }

  #said(): string {
    return this.pair.map(({name, process}) => `${name}: ${process?.said()}`).join('\n');
  }

  async #heard({clients, name}: Twin, count: number): Promise<void> {
    const heard = (): number => Math.min(...clients.map((one) => one.heard));
    const before = heard();
    await until(
      () => {
        for (const one of clients) if (one.wrong) throw one.wrong;
        return heard() >= before + count;
      },
      {limitMs: LIMIT_MS, what: () => `clients of ${name} to hear of ${count}\n${this.#said()}`},
    );
  }

  async #act(act: (typeof ACTS)[number], active: Twin): Promise<void> {
    const {random} = this.#stage;
    const other = this.pair.find((one) => one !== active)!;
    const child = active.process!.child;
    switch (act) {
      case 'kill':
        await killed(active.process!);
        if (random.is(0.6)) await this.#active([other]);
        return this.#up(active);
      case 'stop': {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
        if (child.exitCode !== 0) throw new Error(`exit ${child.exitCode}: ${this.#said()}`);
        if (random.is(0.6)) await this.#active([other]);
        active.process = undefined;
        return this.#up(active);
      }
      case 'pause':
        child.kill('SIGSTOP');
        await this.#active([other]);
        await this.#heard(other, 1 + random.below(30));
        if (random.is(0.3)) await killed(other.process!);
        child.kill('SIGCONT');
        if (gone(other.process!)) await this.#up(other);
        else await this.#yields(active, other);
        return;
      case 'kill-waiting':
        await killed(other.process!);
        return this.#up(other);
      case 'kill-both':
        await killed(active.process!);
        if (random.is(0.5)) await this.#active([other]);
        await killed(other.process!);
        await Promise.all(this.pair.map((one) => this.#up(one)));
    }
  }

  /** One that wakes finds that it reads no more, says so, and leaves the slot to the other. */
  async #yields(woken: Twin, other: Twin): Promise<void> {
    await until(async () => (await get(woken, 'queries/high/results')).stale !== undefined, {
      limitMs: LIMIT_MS,
      what: () => `${woken.name} to say that it is stale\n${this.#said()}`,
    });
    await this.#heard(other, 3);
    if (!(await this.#isActive(other))) throw new Error('the slot was stolen back');
    if (await this.#isActive(woken)) throw new Error('two say that they are up to date');
  }

  async #rest(round: number): Promise<void> {
    const {server} = this.#stage;
    this.#writing.abort();
    for (const count of await Promise.all(this.#writers)) this.#commits += count;
    const first = await this.#active();
    await agreed(server, first.clients, LIMIT_MS);
    const second = this.pair.find((one) => one !== first)!;
    await this.#moves(first, second);
    await killed(first.process!);
    await this.#active([second]);
    await agreed(server, second.clients, LIMIT_MS);
    await this.#up(first);
    this.#write(round + 1);
  }

  /** A client that goes to the other instance is told to start afresh before anything else. */
  async #moves(from: Twin, to: Twin): Promise<void> {
    const id = from.clients[0]!.lastId!;
    const leave = new AbortController();
    const events: string[] = [];
    const url = `http://127.0.0.1:${to.port}/api/v1/events`;
    const response = await fetch(url, {headers: {'Last-Event-ID': id}, signal: leave.signal});
    void readEvents(response, {
      event: ({event, data}) => {
        if (data !== undefined) events.push(event);
      },
      comment() {},
    }).catch(() => {});
    await until(() => events.length > 0, {what: 'a first event'});
    leave.abort();
    if (events[0] !== 'reset') throw new Error(`not reset: ${events.join()}`);
    this.#moved += 1;
  }
}

interface Answer {
  readonly status?: string;
  readonly results?: readonly unknown[];
  readonly stale?: unknown;
}

async function get({port}: Twin, path: string): Promise<Answer> {
  const signal = AbortSignal.timeout(5000);
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {signal});
  return ((await answer.json()) as {data: Answer}).data;
}
