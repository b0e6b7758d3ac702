import pg from 'pg';
import {sharedServer} from './postgres.ts';

/** The major version of the Postgres that tests run on. */
export async function serverMajor(): Promise<number> {
  const client = new pg.Client({...(await sharedServer()), database: 'postgres'});
  await client.connect();
  const {rows} = await client.query<{server_version_num: string}>('SHOW server_version_num');
  await client.end();
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

/** Whether tests of `what` have to be skipped, since it came with Postgres `major`. Says so. */
export async function olderThan(major: number, what: string): Promise<boolean> {
  const found = await serverMajor();
  if (found >= major) return false;
  process.stderr.write(`skipped: ${what}: came with Postgres ${major}, and this is ${found}\n`);
  return true;
}
