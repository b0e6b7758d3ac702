import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import {type ResumingClient, resumingClient} from './resuming-client.ts';
import {type Answers, administer, TOKEN} from './schema-admin.ts';
import {FOLLOWABLE, kindsOf, RESTORED, TABLES, WORLD} from './schema-moves.ts';
import {ASKED} from './schema-queries.ts';
import {disagreements, type Past, pastDisagreements, presentOf, shownOf} from './schema-truth.ts';
import {rowWriter, schemaWriter, type Written} from './schema-writers.ts';
import {gone, killed, readDiary, type ServiceProcess, startProcess} from './service-process.ts';
import {ask} from './workload.ts';

const REST_LIMIT_MS = 30_000;
const CLIENTS = 2;
const WRITERS = 2;

export interface Chaos {
  readonly seed: number;
  /** Times of writing, each with a rest after it. */
  readonly rounds: number;
  /** Changes of the schema in each of them. */
  readonly moves: number;
  /** How likely the service or Postgres is killed in a round. */
  readonly deadly: number;
  /** Names the kinds of moves; chosen by the seed unless told. */
  readonly kinds?: readonly string[];
  /** Whether tables are named; by the seed unless told. */
  readonly named?: boolean;
  /** Is told each line of the service's diary. */
  readonly says?: (line: string) => void;
}

/** What a run came to. */
export interface Endured {
  readonly kinds: readonly string[];
  readonly named: boolean;
  readonly rows: Written;
  readonly moves: Written;
  readonly kills: number;
  readonly postgresCrashes: number;
  readonly events: number;
  readonly streams: number;
  readonly answers: Answers;
  /** Problems of the service's diary, by their code. */
  readonly said: Readonly<Record<string, number>>;
}

/**
 * Runs the service as a process of its own on a Postgres of its own, while others write rows,
 * change the schema, administer the service and kill both. Throws where, at a rest, a query
 * answers other than Postgres, a client holds other than the service, one of them does not
 * come to rest, or the service ended or said an error.
 *
 * A seed decides what is tried; what of it comes before what is the machine's.
 */
export async function schemaChaos(chaos: Chaos): Promise<Endured> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-chaos-'));
  const server = await startServer({fsync: 'on'});
  const over = new AbortController();
  try {
    await ask(server, WORLD);
    return await new Ordeal(chaos, {server, folder, over}).run();
  } finally {
    over.abort();
    await server.dispose();
    await rm(folder, {recursive: true, force: true});
  }
}

interface Stage {
  readonly server: TestServer;
  readonly folder: string;
  readonly over: AbortController;
}

class Ordeal {
  readonly #chaos: Chaos;
  readonly #stage: Stage;
  readonly #random: Chance;
  readonly #kinds: readonly string[];
  readonly #named: boolean;
  readonly #rows: Written = {done: 0, refused: 0};
  readonly #moves: Written = {done: 0, refused: 0};
  readonly #answers: Answers = {};
  readonly #said: Record<string, number> = {};
  #errors: string[] = [];
  /** Results as they were at rests. */
  #pasts: readonly Past[] = [];
  #kills = 0;
  #crashes = 0;
  #service: ServiceProcess | undefined;
  #port = 0;
  #config = '';

  constructor(chaos: Chaos, stage: Stage) {
    this.#chaos = chaos;
    this.#stage = stage;
    this.#random = chance(chaos.seed);
    const kinds = kindsOf(this.#random);
    const named = this.#random.is(0.5);
    this.#kinds = chaos.kinds ?? kinds;
    this.#named = chaos.named ?? named;
  }

  async run(): Promise<Endured> {
    const {server, folder, over} = this.#stage;
    this.#port = await freePort();
    this.#config = join(folder, 'server.yaml');
    const named = this.#named;
    const tableCheckMs = this.#random.pick([150, 3000]);
    const choices = {port: this.#port, folder, named, tableCheckMs};
    await writeFile(this.#config, configText(server, choices));
    await this.#start();
    const clients = Array.from({length: CLIENTS}, () =>
      resumingClient(`${this.#api}/events`, over),
    );
    try {
      for (let round = 0; round < this.#chaos.rounds; round++) {
        await this.#storm(round);
        await this.#rest(clients, `round ${round}`);
      }
      await ask(server, RESTORED);
      await this.#rest(clients, 'all was restored');
      // The second one is of what the first has noted.
      for (const which of ['a quiet restart', 'another']) await this.#restart(clients, which);
    } finally {
      if (this.#service) await killed(this.#service);
    }
    return {
      kinds: this.#kinds,
      named,
      rows: this.#rows,
      moves: this.#moves,
      kills: this.#kills,
      postgresCrashes: this.#crashes,
      events: clients.reduce((sum, {heard}) => sum + heard, 0),
      streams: clients.reduce((sum, {streams}) => sum + streams, 0),
      answers: this.#answers,
      said: this.#said,
    };
  }

  get #api(): string {
    return `http://127.0.0.1:${this.#port}/api/v1`;
  }

  async #start(): Promise<void> {
    this.#service = await startProcess(this.#config, {port: this.#port});
    readDiary(this.#service, (text) => this.#hear(text));
  }

  /** Counts the problems of the diary; a line of level `error` is one that should not be. */
  #hear(text: string): void {
    // The first may be the end of one.
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    for (const line of lines) {
      const code = /\[([a-z-]+)\]/.exec(line)?.[1] ?? line.slice(0, 200);
      this.#said[code] = (this.#said[code] ?? 0) + 1;
      this.#chaos.says?.(line);
      if (!line.includes('"level":"warn"') && !line.includes('"level":"info"')) {
        this.#errors.push(line);
      }
    }
  }

  /** All write at once, and something is killed. */
  async #storm(round: number): Promise<void> {
    const {server} = this.#stage;
    const {seed, moves, deadly} = this.#chaos;
    const writing = new AbortController();
    const own = (at: number): Chance => chance(seed * 1000 + round * 10 + at);
    const {signal} = writing;
    const writers = Array.from({length: WRITERS}, (_, at) => rowWriter(server, own(at), signal));
    const admin = administer(this.#api, own(7), signal);
    admin.catch(() => {});
    const pauseMs = this.#random.pick([20, 200, 500]);
    const schema = schemaWriter(server, own(8), {moves, kinds: this.#kinds, pauseMs, signal});
    try {
      if (this.#random.is(deadly)) await this.#killing();
      add(this.#moves, await schema);
    } finally {
      writing.abort();
    }
    for (const written of await Promise.all(writers)) add(this.#rows, written);
    add(this.#answers, await admin);
  }

  async #killing(): Promise<void> {
    const {server} = this.#stage;
    await new Promise((resolve) => setTimeout(resolve, this.#random.below(1500)));
    const both = this.#random.is(0.2);
    if (both || this.#random.is(0.3)) {
      this.#crashes += 1;
      await server.stop('immediate');
      if (!both) return server.start();
    }
    this.#kills += 1;
    await killed(this.#service!);
    if (both) await server.start();
    await this.#start();
  }

  /** Where nobody writes, it shows what there was, and tells nothing. */
  async #restart(clients: readonly ResumingClient[], which: string): Promise<void> {
    const shown = async (): Promise<Readonly<Record<string, string>>> => {
      const heard = String(clients.map((client) => client.heard));
      return {...(await shownOf(this.#api)), heard};
    };
    const before = await shown();
    await killed(this.#service!);
    await this.#start();
    await this.#rest(clients, which);
    const after = await shown();
    const others = Object.entries(before).filter(([id, was]) => after[id] !== was);
    if (others.length === 0) return;
    const told = others.map(([id, was]) => `${id} was ${was}, it is ${after[id]}`);
    throw new Error(`${which} changed what is shown:\n${told.join('\n')}`);
  }

  /** Nobody writes: in time, all agree. */
  async #rest(clients: readonly ResumingClient[], after: string): Promise<void> {
    const {server} = this.#stage;
    await ask(server, FOLLOWABLE);
    let found: readonly string[] = [];
    const agreed = async (): Promise<boolean> => {
      if (gone(this.#service!)) return true;
      found = await disagreements({server, api: this.#api, clients});
      return found.length === 0;
    };
    await until(agreed, {
      limitMs: REST_LIMIT_MS,
      everyMs: 100,
      what: () => `rest after ${after}:\n${found.join('\n')}\n${this.#service!.said()}`,
    });
    if (gone(this.#service!)) throw new Error(`it ended by itself:\n${this.#service!.said()}`);
    const past = await pastDisagreements(this.#api, this.#pasts);
    if (past.length > 0) throw new Error(`the past after ${after}:\n${past.join('\n')}`);
    this.#pasts = [...this.#pasts, ...(await presentOf(this.#api))];
    if (this.#errors.length > 0) throw new Error(`it said ${this.#errors.join('\n')}`);
  }
}

function add(sum: Written | Answers, more: Written | Answers): void {
  const to = sum as Record<string, number>;
  for (const [name, count] of Object.entries(more)) to[name] = (to[name] ?? 0) + count;
}

interface ConfigChoices {
  readonly port: number;
  readonly folder: string;
  readonly named: boolean;
  readonly tableCheckMs: number;
}

function configText(
  {host, port: databasePort, user, password}: TestServer,
  {port, folder, named, tableCheckMs}: ConfigChoices,
): string {
  const queries = ASKED.map(
    ({text}, at) => `
  - {id: q${at}, autoStart: true, query: ${JSON.stringify(text)}, sources: [{sourceId: db}]}`,
  );
  return `
id: chaos
logLevel: warn
host: 127.0.0.1
port: ${port}
apiToken: ${TOKEN}
stateStore: {kind: lmdb, path: ${JSON.stringify(join(folder, 'store'))}, checkpointBytes: 65536}
sources:
  - kind: postgres
    id: db
    host: ${host}
    port: ${databasePort}
    database: postgres
    user: ${user}
    password: ${password}
    slotName: chaos
    publicationName: chaos
    tables: [${named ? [...TABLES, 'other.items'].join(', ') : ''}]
    retryFirstMs: 50
    retryMaxMs: 200
    slotRetryMs: 50
    tableCheckMs: ${tableCheckMs}
    verifyMs: ${named ? 700 : 0}
queries:${queries.join('')}
limits: {queryRetryMs: 200}
`;
}
