import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startServer} from '../test/support/postgres-server.ts';
import {type FoldingClient, foldingClient, told} from './support/fold.ts';
import {acknowledged, type BenchService, loadedService, type Memory} from './support/service.ts';
import {differences, SOAK_QUERIES, SOAK_TABLES} from './support/soak-load.ts';
import {type StoreFigures, storeFigures} from './support/store-figures.ts';
import {connected, endOfLog, TUTORIAL_TABLES, tutorialConfig} from './support/tutorial.ts';
import {say, verdict} from './support/verdict.ts';

/**
 * Does anything grow while the service works for long?
 *
 * Five queries over the durable store; two writers of single updates, one that makes a
 * table grow and shrink, one of large transactions; clients of which one stalls and two
 * come and go. Memory is read after a collection of garbage. What grows with a limit grows
 * until it is there: log and checkpoints are small here, so that the log has forgotten events,
 * and checkpoints have followed each other, long before the warm-up ends. It is at least two
 * minutes and at least a quarter of the time. Of what is left the mean of the last third is
 * compared with the first's: it may be a tenth more. Thirds are whole waves, so that both
 * have as many rows; a growth that is smaller than a tenth shows in the slope, in MB an hour.
 * In the end what each client holds is what Postgres answers.
 *
 *   npx tsx bench/soak.ts [minutes] [updates a second]
 *   TAILRACE_HEAP=folder: what is on the heap after the warm-up, and in the end
 */
const [minutes = 30, perSecond = 3000] = process.argv.slice(2).map(Number);
const SECONDS = Math.round(minutes * 60);
const WAVE = {seconds: 20, low: 2000, high: 12_000};
const SAMPLE_SECONDS = 5;
/** Whole waves; and time for three thirds of one. */
const WARM_UP = Math.ceil(Math.max(120, SECONDS / 4) / WAVE.seconds) * WAVE.seconds;
if (SECONDS < WARM_UP + 3 * WAVE.seconds) {
  throw new Error(`a soak takes at least ${(WARM_UP + 3 * WAVE.seconds) / 60} minutes`);
}
/** Full in a minute, and more than a client misses that stalls for 20 s. */
const LIMITS = '{clientStalledMs: 120000, eventLogBytes: 50331648}';
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
const LINE_SECONDS = 30;
const MOST = 1.1;
const LIMIT_MS = 300_000;

/** What is not to grow. */
const READINGS = {
  anonymous: ({anonymous}: Sample) => anonymous,
  heapUsed: ({heapUsed}: Sample) => heapUsed,
  external: ({external}: Sample) => external,
  store: ({store: bytes}: Sample) => bytes,
} as const;

const mean = (samples: readonly Sample[], read: (one: Sample) => number): number =>
  samples.reduce((sum, one) => sum + read(one), 0) / samples.length;
const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const server = await startServer({fsync: 'off', synchronous_commit: 'off', max_wal_size: '4GB'});
const folder = await mkdtemp(join(tmpdir(), 'tailrace-soak-'));
const store = join(folder, 'store');
const client = await connected(server);
try {
  await soak();
} finally {
  await client.end();
  await server.dispose();
  await rm(folder, {recursive: true, force: true});
}

async function soak(): Promise<void> {
  await client.query(`${TUTORIAL_TABLES}${SOAK_TABLES}`);
  const service = await started();
  const clients = Array.from({length: 5}, () => foldingClient(`${service.api}/api/v1/events`));
  for (const one of clients) await one.connect();
  const begun = performance.now();
  const spent = (): number => (performance.now() - begun) / 1000;
  const work = [
    written(`CALL updates(${SECONDS}, ${perSecond / 2})`),
    written(`CALL updates(${SECONDS}, ${perSecond / 2})`),
    written(`CALL waves(${SECONDS}, ${WAVE.seconds}, ${WAVE.low}, ${WAVE.high})`),
    written(`CALL batches(${SECONDS})`),
    stalling(clients[2]!, spent),
    leaving(clients[3]!, {staySeconds: 11, spent}),
    leaving(clients[4]!, {staySeconds: 5, spent}),
  ];
  const [samples] = await Promise.all([sampled(service, {clients, spent}), ...work]);

  await acknowledged(service, {lsn: await endOfLog(client), limitMs: LIMIT_MS});
  await told(clients, {sequence: await lastSequence(service), limitMs: LIMIT_MS});
  const wrong = await allDifferences(clients);
  await service.stop();
  report({
    clients,
    wrong,
    memory: growth(samples),
    fullBy: samples.find(({full}) => full)?.atSeconds,
  });
}

async function started(): Promise<BenchService> {
  const start = await loadedService();
  const config = await tutorialConfig(server, {
    slot: 'bench_soak',
    store,
    queries: SOAK_QUERIES,
    more: `limits: ${LIMITS}`,
  });
  const service = await start({...config, text: adapted(config.text)});
  await service.ready;
  return service;
}

interface Sample extends Memory {
  readonly atSeconds: number;
  readonly store: number;
  /** Whether the event log has had to forget: until then it grows, as it should. */
  readonly full: boolean;
}

/** A verifier that comes by in each soak, and small checkpoints. */
function adapted(text: string): string {
  return text
    .replace(/^( +)slotName:/m, '$1verifyMs: 30000\n$&')
    .replace(/^(stateStore: \{)/m, `$1checkpointBytes: ${CHECKPOINT_BYTES}, `);
}

async function written(statement: string): Promise<void> {
  const writer = await connected(server);
  // The statement fails then, too.
  writer.on('error', () => {});
  await writer.query(statement);
  await writer.end();
}

async function stalling(one: FoldingClient, spent: () => number): Promise<void> {
  while (spent() < SECONDS - 30) {
    await pause(10);
    one.stall();
    await pause(20);
    one.read();
  }
}

async function leaving(
  one: FoldingClient,
  {staySeconds, spent}: {readonly staySeconds: number; readonly spent: () => number},
): Promise<void> {
  while (spent() < SECONDS - 10) {
    await pause(staySeconds);
    one.leave();
    await pause(2);
    await one.connect();
  }
}

interface Running {
  readonly clients: readonly FoldingClient[];
  readonly spent: () => number;
}

async function sampled(service: BenchService, {clients, spent}: Running): Promise<Sample[]> {
  const samples: Sample[] = [];
  let heaps = 0;
  for (let due = SAMPLE_SECONDS; due <= SECONDS; due += SAMPLE_SECONDS) {
    await pause(Math.max(0, due - spent()));
    const figures = await storeFigures(service);
    samples.push({
      ...(await service.memory()),
      atSeconds: due,
      store: figures.bytes,
      full: figures.first > 1,
    });
    if (due % LINE_SECONDS === 0) {
      const [source] = await service.get<SourceFigures[]>('/api/v1/sources');
      const latest = samples.slice(-LINE_SECONDS / SAMPLE_SECONDS);
      line(latest, {figures, source: source!, clients});
    }
    // Both at the same point of a wave, with waves enough in between.
    const wanted = heaps === 0 ? WARM_UP : SECONDS - WAVE.seconds;
    if (process.env.TAILRACE_HEAP && heaps < 2 && due >= wanted && due % WAVE.seconds === 0) {
      heaps += 1;
      await service.heap(join(process.env.TAILRACE_HEAP, `soak-${heaps}.heapsnapshot`));
    }
  }
  return samples;
}

interface SourceFigures {
  readonly lagBytes: number;
  readonly lagMs: number;
  readonly transactions: number;
}

function line(
  latest: readonly Sample[],
  {
    figures,
    source,
    clients,
  }: {
    readonly figures: StoreFigures;
    readonly source: SourceFigures;
    readonly clients: readonly FoldingClient[];
  },
): void {
  const of = (read: (one: Sample) => number): string => mb(mean(latest, read));
  const {atSeconds} = latest.at(-1)!;
  say(
    `${String(atSeconds).padStart(5)} s  RSS ${of(({rss}) => rss)} MB` +
      `  anonymous ${of(({anonymous}) => anonymous)}  heap ${of(({heapUsed}) => heapUsed)}` +
      `  external ${of(({external}) => external)}  store ${mb(figures.bytes)}` +
      `  journal ${mb(figures.journalBytes)}  log ${figures.first}..${figures.last}` +
      `  commits/s ${Math.round(source.transactions / atSeconds)}` +
      `  lag ${mb(source.lagBytes)} MB, ${source.lagMs} ms` +
      `  clients behind ${clients.map(({last}) => Math.max(0, figures.last - last)).join(' ')}`,
  );
}

async function lastSequence(service: BenchService): Promise<number> {
  const queries = await service.get<{sequence: number}[]>('/api/v1/queries');
  return Math.max(...queries.map(({sequence}) => sequence));
}

async function allDifferences(clients: readonly FoldingClient[]): Promise<string[]> {
  const found: string[] = [];
  for (const [number, one] of clients.entries()) {
    const its = [...one.facts.wrong.slice(0, 5), ...(await differences(client, one.rows))];
    found.push(...its.map((text) => `client ${number}: ${text}`));
  }
  return found;
}

type Growth = Readonly<Record<keyof typeof READINGS, {ratio: number; slope: number}>>;

/** By how much the last third of what came after the warm-up is more than the first. */
function growth(all: readonly Sample[]): Growth {
  const warm = all.filter(({atSeconds, full}) => full && atSeconds > WARM_UP);
  const wave = WAVE.seconds / SAMPLE_SECONDS;
  const third = Math.floor(warm.length / 3 / wave) * wave;
  const grown = (read: (one: Sample) => number) => ({
    ratio: mean(warm.slice(-third), read) / mean(warm.slice(0, third), read),
    slope: slopeOf(warm, read),
  });
  const of = Object.entries(READINGS).map(([what, read]) => [what, grown(read)]);
  return Object.fromEntries(of) as Growth;
}

/** The line that the samples lie around, in bytes an hour. */
function slopeOf(samples: readonly Sample[], read: (one: Sample) => number): number {
  const middle = mean(samples, ({atSeconds}) => atSeconds);
  const rise = mean(samples, (one) => (one.atSeconds - middle) * read(one));
  return (3600 * rise) / mean(samples, ({atSeconds}) => (atSeconds - middle) ** 2);
}

function report({
  clients,
  wrong,
  memory,
  fullBy,
}: {
  readonly clients: readonly FoldingClient[];
  readonly wrong: readonly string[];
  readonly memory: Growth;
  /** Seconds until the log forgot its first event. */
  readonly fullBy: number | undefined;
}): void {
  for (const [number, {facts, last}] of clients.entries()) {
    const {events, coalesced, resets, agreed} = facts;
    say(
      `client ${number}: ${events} events, ${coalesced} of them net differences, up to ${last};` +
        ` ${resets} resets; ${agreed} checksums agreed`,
    );
  }
  for (const text of wrong) say(`wrong: ${text}`);
  const goal = {kind: 'at most', value: MOST} as const;
  for (const [what, {ratio: figure, slope}] of Object.entries(memory)) {
    verdict({question: `soak of ${minutes} minutes, ${what}, last third to first`, figure, goal});
    say(`   ${what}: ${mb(slope)} MB an hour`);
  }
  say(`the log was full after ${fullBy ?? 'more than all'} s; counted from ${WARM_UP} s on`);
  verdict({
    question: 'what clients hold beside Postgres',
    figure: wrong.length,
    unit: 'differences',
    goal: {kind: 'at most', value: 0},
  });
  // No figure, of a soak too short to fill the log, is not a good one.
  const grew = Object.values(memory).some(({ratio}) => !(ratio <= MOST));
  process.exitCode = grew || wrong.length > 0 ? 1 : 0;
}
