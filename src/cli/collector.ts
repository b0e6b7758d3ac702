import type {Client} from 'pg';
import type {Clock} from '../lib/clock.ts';
import type {Log} from '../lib/log.ts';
import {type HostPlaces, type HostSample, hostMetrics, sampleHost} from './host-metrics.ts';
import {
  type AlertState,
  alertMessage,
  alertState,
  type Followed,
  follow,
  THRESHOLDS,
} from './readings.ts';

const EVERY_MS = 1000;
/** A row that a user has locked is left for the next time. */
const LIMITS = "SET lock_timeout = '500ms'; SET statement_timeout = '5s'";
const ADD_LOAD = `INSERT INTO metrics (name, value, unit)
  SELECT 'load_average', 0, 'load'
  WHERE NOT EXISTS (SELECT FROM metrics WHERE name = 'load_average')`;
const READ = 'SELECT name, value::float8 AS value FROM metrics WHERE name = ANY ($1)';
/** Only where the value is still the one that was read: a user may have been faster. */
const WRITE = `UPDATE metrics SET value = w.value, updated_at = CURRENT_TIMESTAMP
  FROM unnest($1::text[], $2::numeric[], $3::numeric[]) AS w (name, value, seen)
  WHERE metrics.name = w.name AND metrics.value = w.seen`;
const RAISED = 'SELECT DISTINCT metric_name AS name FROM alerts WHERE message = ANY ($1)';
const RAISE = `INSERT INTO alerts (metric_name, severity, message) VALUES ($1, 'critical', $2)`;
const CLEAR = 'DELETE FROM alerts WHERE metric_name = $1 AND message = $2';

interface World {
  readonly connect: () => Promise<Client>;
  readonly places: HostPlaces;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the collector knows between two readings. */
interface Memory {
  readonly sample: HostSample;
  readonly followed: ReadonlyMap<string, Followed>;
  readonly alerts: ReadonlyMap<string, AlertState>;
}

/**
 * Writes this machine's figures into `metrics` every second, and raises and clears
 * `alerts`, until `signal` is aborted. Each reading is one transaction. A value that a
 * user sets stays to be seen (see `follow`), and alerts follow the table, so that they
 * answer to it. Whatever fails is told once and tried again a second later: the user may
 * lock, rename or drop these tables at any time.
 */
export async function collect(world: World, signal: AbortSignal): Promise<void> {
  const {clock, log} = world;
  let client: Client | undefined;
  let memory: Memory | undefined;
  let failing = false;
  while (!signal.aborted) {
    try {
      client ??= await openSession(world);
      memory ??= await firstMemory(client, world);
      await clock.wait(EVERY_MS, signal);
      memory = await record(client, memory, world);
      if (failing) log.info('the collector writes again');
      failing = false;
    } catch (error) {
      if (signal.aborted) break;
      if (!failing) log.warn('the collector could not write; it tries on', {error: text(error)});
      failing = true;
      await client?.end().catch(() => {}); // It may be what is broken.
      client = undefined;
      await clock.wait(EVERY_MS, signal).catch(() => {}); // Aborted: the loop ends by itself.
    }
  }
  await client?.end();
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function openSession({connect}: World): Promise<Client> {
  const client = await connect();
  await client.query(LIMITS);
  await client.query(ADD_LOAD);
  return client;
}

async function firstMemory(client: Client, {places, clock}: World): Promise<Memory> {
  const names = Object.keys(THRESHOLDS);
  const {rows} = await client.query<{name: string}>(RAISED, [names.map(alertMessage)]);
  const raised = new Set(rows.map(({name}) => name));
  const alerts = names.map((name): [string, AlertState] => [
    name,
    raised.has(name) ? {kind: 'raised', lowSinceMs: undefined} : {kind: 'clear'},
  ]);
  const sample = await sampleHost(places, clock.nowMs());
  return {sample, followed: new Map(), alerts: new Map(alerts)};
}

/** One reading. What it has learned counts once it is committed. */
async function record(client: Client, memory: Memory, {places, clock}: World): Promise<Memory> {
  const sample = await sampleHost(places, clock.nowMs());
  const measured = hostMetrics(memory.sample, sample);
  await client.query('BEGIN');
  const {rows} = await client.query<{name: string; value: number}>(READ, [[...measured.keys()]]);

  const followed = new Map(memory.followed);
  const values = new Map<string, number>();
  const writes: {name: string; value: number; seen: number}[] = [];
  for (const {name, value: inTable} of rows) {
    const known = memory.followed.get(name);
    const reading = {known, inTable, measured: measured.get(name) ?? inTable, nowMs: sample.atMs};
    const next = follow(name, reading);
    followed.set(name, next.followed);
    values.set(name, next.write ?? inTable);
    if (next.write !== undefined) writes.push({name, value: next.write, seen: inTable});
  }
  if (writes.length > 0) {
    const columns = (['name', 'value', 'seen'] as const).map((key) => writes.map((w) => w[key]));
    await client.query(WRITE, columns);
  }
  const alerts = await recordAlerts(client, memory.alerts, {values, nowMs: sample.atMs});
  await client.query('COMMIT');
  return {sample, followed, alerts};
}

async function recordAlerts(
  client: Client,
  alerts: Memory['alerts'],
  {values, nowMs}: {values: ReadonlyMap<string, number>; nowMs: number},
): Promise<Memory['alerts']> {
  const after = new Map(alerts);
  for (const [name, state] of alerts) {
    const value = values.get(name);
    if (value === undefined) continue;
    const next = alertState(name, {state, value, nowMs});
    after.set(name, next);
    if (next.kind === state.kind) continue;
    const statement = next.kind === 'raised' ? RAISE : CLEAR;
    await client.query(statement, [name, alertMessage(name)]);
  }
  return after;
}
