import type pg from 'pg';
import type {TableId} from '../data/schema.ts';
import type {Problem} from '../lib/problem.ts';
import {problemsOf} from '../lib/problem.ts';
import {describeTables} from '../postgres/catalog.ts';
import {openSession} from '../postgres/connection.ts';
import {isOfTheWorld} from '../postgres/failure.ts';
import {readPublication} from '../postgres/publication.ts';
import {readMarks, type TableMarks} from '../postgres/table-marks.ts';
import type {TlsOptions} from '../postgres/tls.ts';
import type {PostgresSourceOptions, SourceWorld} from './options.ts';
import {sourceProblems} from './problems.ts';

export interface Around {
  readonly options: PostgresSourceOptions;
  readonly world: SourceWorld;
  readonly tls: TlsOptions;
}

/** The marks of the tables asked for, as they are now. Changes nothing. */
export async function marksNow(
  client: pg.Client,
  {publicationName, tables, tableKeys, connect}: PostgresSourceOptions,
): Promise<TableMarks> {
  const publication = await readPublication(client, publicationName);
  const names = tables.length > 0 ? tables : (publication?.tables ?? []);
  const asked = {names, tableKeys, publication, role: connect.user};
  return readMarks(client, await describeTables(client, asked), publication);
}

/**
 * A table that is not what it was. One that is new counts where it was asked for by name:
 * a publication of all tables may get tables every minute, and each would be a comparison.
 */
export function changedTable(
  before: TableMarks,
  now: TableMarks,
  {named}: {named: boolean},
): TableId | undefined {
  for (const [id, mark] of before) if (now.get(id) !== mark) return id;
  return named ? [...now.keys()].find((id) => !before.has(id)) : undefined;
}

/**
 * Runs `act` to its end, beside looks at the tables. When one of them is not what it was,
 * the signal that `act` is handed is aborted, and what was found is thrown.
 */
export async function whileUnchanged(
  marks: TableMarks,
  around: Around,
  signal: AbortSignal,
  act: (either: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const found = new AbortController();
  const looking = quietChange(marks, around, AbortSignal.any([signal, over.signal])).then(
    (problem) => problem && found.abort(problem),
    (bug) => found.abort(bug),
  );
  try {
    await act(AbortSignal.any([signal, found.signal]));
  } finally {
    over.abort();
    await looking;
  }
  if (found.signal.aborted && !signal.aborted) throw found.signal.reason;
}

/**
 * Looks every `tableCheckMs` for changes that the stream says nothing of: a table dropped
 * and made again, values that ALTER TABLE wrote, a partition detached or truncated. Answers
 * the first as a Problem; undefined once `signal` is aborted.
 */
async function quietChange(
  marks: TableMarks,
  {options, world, tls}: Around,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const named = options.tables.length > 0;
  while (await waited(world, options.tableCheckMs, signal)) {
    const now = await look(options, tls, signal);
    const table = now && changedTable(marks, now, {named});
    if (table === undefined) continue;
    const what = 'It was altered, dropped or made again, or one of its partitions was';
    return sourceProblems['schema-changed']({table, what});
  }
  return undefined;
}

/** A connection of its own, and a short one. Where there is none, the next look will do. */
async function look(
  options: PostgresSourceOptions,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<TableMarks | undefined> {
  try {
    const session = await openSession(options.connect, {tls, signal});
    try {
      return await marksNow(session.client, options);
    } finally {
      await session.end();
    }
  } catch (error) {
    // The stream tells by itself, and better, when the server is gone.
    if (signal.aborted || problemsOf(error).length > 0 || isOfTheWorld(error)) return undefined;
    throw error;
  }
}

async function waited({clock}: SourceWorld, ms: number, signal: AbortSignal): Promise<boolean> {
  await clock.wait(ms, signal).catch(() => {});
  return !signal.aborted;
}
