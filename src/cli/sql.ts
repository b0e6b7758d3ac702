import type {EventEmitter} from 'node:events';
import type {Client, FieldDef, QueryArrayResult} from 'pg';
import {connectDemo, type DemoConnection} from './demo-database.ts';
import {readState} from './demo-state.ts';
import {runningPostmaster} from './postmaster.ts';
import {cliProblems} from './problems.ts';
import {splitStatements} from './sql-statements.ts';
import {textTable} from './text-table.ts';

/** int2, int4, int8, oid, float4, float8, money, numeric: printed to the right. */
const NUMBERS = new Set([21, 23, 20, 26, 700, 701, 790, 1700]);

export interface SqlWorld {
  /** The demo's folder. */
  readonly folder: string;
  /** What TAILRACE_DATA says of it. */
  readonly data?: string | undefined;
  readonly write: (line: string) => void;
}

/**
 * `tailrace sql`: runs the statements of a script in the demo's Postgres, one after the
 * other, and writes what each gave: rows as a table, what `COPY … TO STDOUT` sends as it
 * comes, else Postgres's word for it (`UPDATE 1`). Ends at the first that fails, with a
 * Problem; those before it stand.
 */
export async function runSql(script: string, {folder, data, write}: SqlWorld): Promise<void> {
  const statements = splitStatements(script);
  if (statements.length === 0) throw cliProblems['sql-missing']({data});
  const client = await connectDemo(await findDemo(folder, data), {name: 'tailrace-sql'});
  try {
    client.on('notice', ({severity, message}) => write(`${severity}:  ${message}`));
    const copied = writeCopied(client, write);
    for (const statement of statements) {
      const said = await run(client, statement);
      if (!copied.ended()) write(said);
    }
  } finally {
    await client.end();
  }
}

/**
 * Writes each line that a COPY to us sends. `ended` answers whether the last statement was
 * one: as with psql, its lines are all it says, so that they can go into a file.
 */
function writeCopied(client: Client, write: (line: string) => void): {ended(): boolean} {
  // What pg's Client passes on of it is dropped by its Query.
  const {connection} = client as unknown as {connection: EventEmitter};
  let copying = false;
  connection.on('copyOutResponse', () => {
    copying = true;
  });
  connection.on('copyData', ({chunk}: {chunk: Buffer}) => {
    write(chunk.toString().replace(/\r?\n$/, ''));
  });
  return {
    ended() {
      const was = copying;
      copying = false;
      return was;
    },
  };
}

async function findDemo(folder: string, data: string | undefined): Promise<DemoConnection> {
  const state = await readState(folder);
  const postmaster = state && (await runningPostmaster(state.dataDir));
  if (!state || !postmaster?.ready) throw cliProblems['demo-not-running']({folder, data});
  return {port: postmaster.port, password: state.password};
}

async function run(client: Client, statement: string): Promise<string> {
  try {
    return printed(
      await client.query<(string | null)[]>({
        text: statement,
        rowMode: 'array',
        // Postgres's own text: a number keeps its digits and a time its form.
        types: {getTypeParser: () => (text: string) => text},
      }),
    );
  } catch (cause) {
    const {message, detail, hint, position} = cause as Error & Record<string, string | undefined>;
    const near =
      position &&
      statement
        .slice(Number(position) - 1)
        .split('\n')[0]
        ?.slice(0, 60);
    const details = [detail, near && `At: ${near}`].filter(Boolean).join('\n');
    throw cliProblems['sql-failed']({message, detail: details || undefined, hint}, {cause});
  }
}

function printed(result: QueryArrayResult<(string | null)[]>): string {
  if (result.fields.length > 0)
    return textTable({columns: columns(result.fields), rows: result.rows});
  const withCount = ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(result.command);
  return withCount ? `${result.command} ${result.rowCount ?? 0}` : result.command;
}

const columns = (fields: readonly FieldDef[]) =>
  fields.map(({name, dataTypeID}) => ({
    name,
    align: NUMBERS.has(dataTypeID) ? ('right' as const) : ('left' as const),
  }));
