import {readFile} from 'node:fs/promises';
import pg from 'pg';
import type {ServerAddress} from '../../test/support/postgres-server.ts';
import type {ConfigText} from './service.ts';

/** The two tables of the tutorial, with a time zone, and without rows. */
export const TUTORIAL_TABLES = `
  CREATE TABLE metrics (id int PRIMARY KEY, name text NOT NULL, value numeric(10,2) NOT NULL,
    unit text, updated_at timestamptz DEFAULT now());
  CREATE TABLE alerts (id int PRIMARY KEY, metric_name text, severity text, message text,
    acknowledged bool DEFAULT false, created_at timestamptz DEFAULT now());`;

/** A connection to a server of a bench. */
export async function connected({host, port, user, password}: ServerAddress): Promise<pg.Client> {
  const client = new pg.Client({host, port, user, password, database: 'postgres'});
  await client.connect();
  return client;
}

/** Where the server's log ends. */
export async function endOfLog(client: pg.Client): Promise<string> {
  // What others have committed without waiting for the disk comes with a commit that does.
  await client.query('SET synchronous_commit = on');
  await client.query("SELECT pg_logical_emit_message(true, 'bench', '')");
  const {rows} = await client.query('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return String(rows[0].lsn);
}

export interface TutorialOptions {
  readonly slot: string;
  /** A folder; undefined: nothing survives. */
  readonly store: string | undefined;
  /** Further queries, as YAML. */
  readonly queries?: string;
  /** Further parts of the file, as YAML. */
  readonly more?: string;
}

/** The tutorial's `server.yaml`, on a server of a bench and on ports that are free. */
export async function tutorialConfig(
  server: ServerAddress,
  {slot, store, queries = '', more = ''}: TutorialOptions,
): Promise<ConfigText> {
  const file = await readFile('config/server.yaml', 'utf8');
  const text = file
    .replaceAll('host: 0.0.0.0', 'host: 127.0.0.1')
    .replace(/port: 808\d/g, 'port: 0')
    .replace('tailrace_dashboard_slot', slot)
    .replace(/^reactions:$/m, `${queries}\nreactions:`)
    .replace(/^stateStore:.*$/m, (line) => (store === undefined ? '' : line));
  const env = {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: 'postgres',
    ...(store !== undefined && {STATE_DIR: store}),
  };
  return {text: `${text}\n${more}`, env};
}
