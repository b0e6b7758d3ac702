import {Client, escapeIdentifier} from 'pg';
import {cliProblems} from './problems.ts';

/** Where the demo's database is reached. */
export interface DemoConnection {
  readonly port: number;
  readonly password: string;
}

export const DEMO_DATABASE = 'metrics';

const CONNECT_LIMIT_MS = 10_000;
const DATABASE_BY_NAME = 'SELECT FROM pg_database WHERE datname = $1';
const MARK = `SELECT shobj_description(oid, 'pg_database') AS mark
  FROM pg_database WHERE datname = current_database()`;
const INITIALISED = 'the demo of Tailrace; sql/init.sql was applied';

/** A session in the demo's Postgres. The caller ends it. */
export async function connectDemo(
  {port, password}: DemoConnection,
  {database = DEMO_DATABASE, name}: {database?: string; name: string},
): Promise<Client> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database,
    application_name: name,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  // A session that is cut fails its next query; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Makes the database and applies `initSql` to it, once. The mark that it was applied is
 * written in the same transaction; so a first start that was killed in the middle has
 * either done it or not, and a user who drops a table does not get it back.
 */
export async function prepareDatabase(
  connection: DemoConnection,
  {initSql, dataDir}: {initSql: string; dataDir: string},
): Promise<void> {
  await makeDatabase(connection, dataDir);
  const client = await connectDemo(connection, {name: 'tailrace-demo'});
  try {
    const {rows} = await client.query<{mark: string | null}>(MARK);
    if (rows[0]?.mark === INITIALISED) return;
    await client.query('BEGIN');
    await client.query(initSql);
    await client.query(`COMMENT ON DATABASE ${DEMO_DATABASE} IS '${INITIALISED}'`);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function makeDatabase(connection: DemoConnection, dataDir: string): Promise<void> {
  const client = await connectDemo(connection, {
    database: 'postgres',
    name: 'tailrace-demo',
  }).catch((cause) => {
    if ((cause as {code?: unknown}).code !== '28P01') throw cause;
    const reason = 'Its password is not the one that the demo has noted.';
    throw cliProblems['demo-data-foreign']({folder: dataDir, reason}, {cause});
  });
  try {
    const {rowCount} = await client.query(DATABASE_BY_NAME, [DEMO_DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(DEMO_DATABASE)}`);
  } finally {
    await client.end();
  }
}
