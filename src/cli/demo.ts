import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Config} from '../config/config.ts';
import {claimFolder} from '../lib/folder-claim.ts';
import {dataFolder, findPlace, logFile} from './cluster-place.ts';
import {collect} from './collector.ts';
import {connectDemo, type DemoConnection, prepareDatabase} from './demo-database.ts';
import {demoFolder, forDemo} from './demo-folder.ts';
import {keepState} from './demo-state.ts';
import {type EmbeddedPostgres, startPostgres} from './embedded-postgres.ts';
import {aborted} from './ends.ts';
import {refuseTakenPorts} from './ports.ts';
import {postgresBinaries} from './postgres-binaries.ts';
import {cliProblems} from './problems.ts';
import {type CliWorld, type RunningService, runService} from './service.ts';

const CHANGE = `npm run sql -- "UPDATE metrics SET value = 95 WHERE name = 'disk_usage'"`;

/**
 * The demo: a Postgres of its own, the service with `config/demo.yaml`, and this machine's
 * figures in the tables, until `signal` is aborted. What is started last ends first: the
 * collector, the service, then Postgres, which otherwise waits for its replication client.
 */
export async function demo(world: CliWorld, signal: AbortSignal): Promise<void> {
  const folder = demoFolder(world);
  const place = await findPlace({
    native: await postgresBinaries(),
    folder,
    uid: world.uid,
    fixed: Boolean(world.env.TAILRACE_DATA),
  });
  const holder = await claimFolder(folder, world.pid);
  if (holder !== undefined) throw cliProblems['demo-running']({pid: holder, folder});
  const {password} = await keepState(folder, dataFolder(place));
  const {clock} = world;
  const postgres = await unlessStopped(startPostgres({place, password, clock, signal}), signal);
  if (!postgres) return;
  try {
    const connection = {port: postgres.port, password};
    const initSql = await readFile(join(world.root, 'sql', 'init.sql'), 'utf8');
    await prepareDatabase(connection, {initSql, dataDir: dataFolder(place)});
    await serveDemo(world, {connection, folder, signal: endOf(postgres, signal)});
  } finally {
    await postgres.stop();
  }
  const facts = {logFile: logFile(place), data: world.env.TAILRACE_DATA};
  if (!signal.aborted) throw cliProblems['postgres-stopped'](facts);
}

/** What was begun; undefined where the user stopped it, which is no failure. */
async function unlessStopped<T>(begun: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await begun;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

/** Aborted with the other one, or when Postgres has ended by itself. */
function endOf(postgres: EmbeddedPostgres, signal: AbortSignal): AbortSignal {
  const ended = new AbortController();
  void postgres.ended.then(() => ended.abort());
  return AbortSignal.any([signal, ended.signal]);
}

async function serveDemo(
  world: CliWorld,
  {connection, folder, signal}: {connection: DemoConnection; folder: string; signal: AbortSignal},
): Promise<void> {
  const config = await demoConfig(world, {connection, folder});
  const log = world.openLog({level: config.logLevel, pretty: true});
  const streams = config.reactions.flatMap((reaction) =>
    reaction.kind === 'sse' ? [{name: 'SSE_PORT', host: reaction.host, port: reaction.port}] : [],
  );
  await refuseTakenPorts([{name: 'PORT', host: config.host, port: config.port}, ...streams], {
    data: world.env.TAILRACE_DATA,
  });
  const meanwhile = async (service: RunningService, ending: AbortSignal): Promise<void> => {
    const connect = () => connectDemo(connection, {name: 'tailrace-collector'});
    const places = {proc: '/proc', folder};
    const collecting = collect({connect, places, clock: world.clock, log}, ending);
    await Promise.race([service.ready(), aborted(ending)]);
    if (!ending.aborted) for (const line of greeting(service, world.env)) world.write(line);
    await collecting;
  };
  await runService(config, {world, log, signal, meanwhile});
}

async function demoConfig(
  world: CliWorld,
  {connection: {port, password}, folder}: {connection: DemoConnection; folder: string},
): Promise<Config> {
  const env = {
    ...world.env,
    TAILRACE_DEMO_PGHOST: '127.0.0.1',
    TAILRACE_DEMO_PGPORT: String(port),
    TAILRACE_DEMO_PGPASSWORD: password,
    TAILRACE_DEMO_STATE: join(folder, 'state'),
  };
  const {config} = await world.loadConfig({path: join(world.root, 'config', 'demo.yaml'), env});
  return config;
}

/** What to try first, in four lines. */
function greeting({addresses}: RunningService, {TAILRACE_DATA: data}: CliWorld['env']): string[] {
  const {api, dashboard, streams} = addresses;
  return [
    `  Dashboard   ${dashboard}`,
    `  Results     ${api}/api/v1/queries/current-metrics/results`,
    `  Stream      ${streams[0] ?? `${api}/api/v1/events`}`,
    `  Change      ${forDemo(data, CHANGE)}`,
  ];
}
