import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {openProxy, type Wire} from '../support/proxy.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import {type ResumingClient, resumingClient} from './resuming-client.ts';
import {gone, killed, type ServiceProcess, startProcess} from './service-process.ts';
import {acknowledged, agreed, ask, configText, TABLES, writer} from './workload.ts';

const UP_LIMIT_MS = 60_000;
/** What is committed after a fault is over, every client is told within this. */
const HEAL_LIMIT_MS = 20_000;
const CLIENTS = 4;
const WRITERS = 2;
/** So long at most a fault that lasts does. The service gives up a silent line after 1 s. */
const FAULT_MAX_MS = 2500;

/** What a run of faults came to. */
export interface Weathered {
  /** How often there was which fault, on which wire. */
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly postgresCrashes: number;
  readonly commits: number;
  readonly events: number;
  /** Streams that clients opened, and connections of the service to Postgres. */
  readonly streams: number;
  readonly connections: number;
  /** From the end of a fault until every client was told what was committed then, at most. */
  readonly healedMs: number;
}

export interface Weather {
  readonly faults: number;
  /** Of them, how often the process or Postgres is killed while the fault lasts. */
  readonly kills: number;
  readonly seed: number;
}

/**
 * Runs the service as a process of its own between two failing networks, one to Postgres
 * and one to its clients, under load; kills it and Postgres now and then while they fail.
 * Throws where a client was told other than each change once, where it is not told in time
 * what is committed after a fault, or where it holds in the end other than the database.
 */
export async function weather({faults, kills, seed}: Weather): Promise<Weathered> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-network-'));
  // A line that the killed service had, and that was lost without a word, would hold the slot
  // for longer than clients are waited for: the next one ends it.
  const server = await startServer({fsync: 'on', wal_sender_timeout: '60s'});
  const over = new AbortController();
  const port = await freePort();
  const wires = {
    database: await openProxy(server),
    clients: await openProxy({host: '127.0.0.1', port}),
  };
  try {
    await ask(server, TABLES);
    return await ordeal({faults, kills, server, folder, port, wires, over, random: chance(seed)});
  } finally {
    over.abort();
    await Promise.all(Object.values(wires).map((wire) => wire.close()));
    await server.dispose();
    await rm(folder, {recursive: true, force: true});
  }
}

interface Ordeal {
  readonly faults: number;
  readonly kills: number;
  readonly server: TestServer;
  readonly folder: string;
  readonly port: number;
  readonly wires: Readonly<Record<'database' | 'clients', Wire>>;
  readonly over: AbortController;
  readonly random: Chance;
}

async function ordeal(run: Ordeal): Promise<Weathered> {
  const {server, folder, port, wires, over, random} = run;
  const config = join(folder, 'server.yaml');
  const {host, port: wirePort} = wires.database;
  await writeFile(config, settings({...server, host, port: wirePort}, {port, folder}));
  const url = `http://127.0.0.1:${wires.clients.port}/api/v1/events`;
  const writing = new AbortController();
  const writers = Array.from({length: WRITERS}, (_, at) =>
    writer(server, writing.signal, 2000 + at),
  );
  const clients = Array.from({length: CLIENTS}, () =>
    resumingClient(url, {signal: over.signal, patienceMs: 1500}),
  );
  const counts: Record<string, number> = {};
  let [deaths, postgresCrashes, healedMs] = [0, 0, 0];
  let service = await startProcess(config, {port});
  let marks = 0;
  const healed = async (after: string): Promise<void> => {
    const sinceMs = performance.now();
    marks += 1;
    await toldOf(marks, {server, clients, service, after});
    healedMs = Math.max(healedMs, Math.round(performance.now() - sinceMs));
  };
  try {
    await healed('the start');
    const deadly = run.kills / run.faults;
    for (let at = 0; at < run.faults; at++) {
      const name = random.pick(['database', 'clients'] as const);
      const fault = random.pick(FAULTS);
      const what = `${name} ${fault.name}`;
      counts[what] = (counts[what] ?? 0) + 1;
      fault.begin(wires[name], random);
      const lastsMs = fault.lasts ? random.below(FAULT_MAX_MS) : 0;
      await passed(lastsMs, clients);
      if (random.is(deadly)) {
        if (random.is(0.3)) {
          postgresCrashes += 1;
          await server.stop('immediate');
          await server.start();
        } else {
          deaths += 1;
          await killed(service);
          service = await startProcess(config, {port});
        }
      }
      for (const wire of Object.values(wires)) wire.calm();
      await healed(what);
    }
    writing.abort();
    const commits = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    await agreed(server, clients, UP_LIMIT_MS);
    await acknowledged(server, UP_LIMIT_MS);
    if (gone(service)) throw new Error(`the service ended by itself:\n${service.said()}`);
    return {
      faults: counts,
      kills: deaths,
      postgresCrashes,
      commits,
      events: total(clients, ({heard}) => heard),
      streams: total(clients, ({streams}) => streams),
      connections: wires.database.accepted,
      healedMs,
    };
  } finally {
    await killed(service);
  }
}

interface Fault {
  readonly name: string;
  /** Whether it goes on until the wire is calm again; otherwise it is over at once. */
  readonly lasts: boolean;
  begin(wire: Wire, random: Chance): void;
}

const FAULTS: readonly Fault[] = [
  {name: 'cut', lasts: false, begin: (wire) => wire.cut()},
  {name: 'finish', lasts: false, begin: (wire) => wire.finish()},
  {name: 'abandoned by the client', lasts: false, begin: (wire) => wire.abandon('client')},
  {name: 'abandoned by the server', lasts: false, begin: (wire) => wire.abandon('server')},
  {name: 'stall', lasts: true, begin: (wire) => wire.stall()},
  {name: 'slow', lasts: true, begin: (wire, {below}) => wire.slow(1000 + below(20_000))},
  {name: 'one byte at a time', lasts: true, begin: (wire) => wire.fragment(1)},
  {
    name: 'refused',
    lasts: true,
    begin(wire) {
      wire.refuse();
      wire.cut();
    },
  },
  {
    name: 'stall, then cut',
    lasts: true,
    begin(wire) {
      wire.stall();
      wire.cut();
    },
  },
];

/** Lets a fault last. Clients that find something wrong meanwhile end it. */
async function passed(ms: number, clients: readonly ResumingClient[]): Promise<void> {
  const over = performance.now() + ms;
  await until(() => performance.now() >= over || clients.some(({wrong}) => wrong), {
    limitMs: ms + 1000,
  });
}

interface Healing {
  readonly server: TestServer;
  readonly clients: readonly ResumingClient[];
  readonly service: ServiceProcess;
  readonly after: string;
}

/** A row that nobody else writes, and that `high` has. */
const MARK = 1000;
const marked = (mark: number): string =>
  `INSERT INTO a VALUES (${MARK}, ${MARK + mark}, 9)
   ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v`;

/** Commits a mark, and waits until every client holds it. */
async function toldOf(mark: number, {server, clients, service, after}: Healing): Promise<void> {
  await ask(server, marked(mark));
  const holds = (client: ResumingClient): boolean =>
    client.rows('high').some((row) => isDeepStrictEqual(row, {id: MARK, v: MARK + mark}));
  await until(() => gone(service) || clients.every(holds), {
    limitMs: HEAL_LIMIT_MS,
    what: () => `every client to be told of what came after "${after}"\n${service.said()}`,
  });
}

const total = (
  clients: readonly ResumingClient[],
  of: (client: ResumingClient) => number,
): number => clients.reduce((sum, client) => sum + of(client), 0);

/** Patience is short: the faults are. */
function settings(
  database: Parameters<typeof configText>[0],
  {port, folder}: {port: number; folder: string},
): string {
  return configText(database, {
    port,
    store: join(folder, 'store'),
    source: ['connectTimeoutMs: 1000', 'silentMs: 1000', 'heartbeatMs: 500', 'verifyMs: 700'],
    limits: '{clientStalledMs: 1000}',
  });
}
