import {execFile} from 'node:child_process';
import {chown, mkdtemp, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {type ClusterPlace, dataFolder, logFile} from './cluster-place.ts';
import {POSTGRES_ENV} from './postgres-binaries.ts';
import {cliProblems} from './problems.ts';

const PG_VERSION = '17';
const DRAFT = 'initdb-';

/** Of `--no-locale`: a locale of the machine may be missing, or give a database of SQL_ASCII. */
const INITDB_FLAGS = ['--encoding=UTF8', '--no-locale', '--auth=scram-sha-256'];

/** Whether a place has its data. Throws a Problem on those of another Postgres version. */
export async function hasData(place: ClusterPlace): Promise<boolean> {
  const folder = dataFolder(place);
  const path = join(folder, 'PG_VERSION');
  const version = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cliProblems['demo-folder-denied']({folder, reason: cause.message}, {cause});
  });
  if (version === undefined) return false;
  if (version.trim() === PG_VERSION) return true;
  const reason = `They are of Postgres ${version.trim()}, and this is ${PG_VERSION}.`;
  throw cliProblems['demo-data-foreign']({folder, reason});
}

/**
 * Makes the data of a place, with a superuser `postgres`: beside their place, then renamed.
 * So data that are there are whole, wherever a first start was cut off.
 */
export async function makeData(
  place: ClusterPlace,
  {password, limitMs, signal}: {password: string; limitMs: number; signal: AbortSignal},
): Promise<void> {
  await removeDrafts(place);
  const draft = await mkdtemp(join(place.folder, DRAFT));
  const data = join(draft, 'data');
  const secret = join(draft, 'password');
  await writeFile(secret, `${password}\n`, {mode: 0o600});
  if (place.runAs) {
    for (const path of [draft, secret]) await chown(path, place.runAs.uid, place.runAs.gid);
  }
  const flags = [...INITDB_FLAGS, '--username=postgres', `--pwfile=${secret}`, `--pgdata=${data}`];
  const options = {...place.runAs, cwd: draft, env: POSTGRES_ENV, timeout: limitMs};
  try {
    await promisify(execFile)(join(place.native, 'bin', 'initdb'), flags, options);
    await rename(data, dataFolder(place));
  } catch (cause) {
    // Ctrl-C in a terminal goes to initdb as well: that it ended is no failure then.
    signal.throwIfAborted();
    const {stderr = '', message} = cause as Error & {stderr?: string};
    const output = stderr.trim() || message;
    throw cliProblems['postgres-failed'](
      {step: 'set up', output, logFile: logFile(place)},
      {cause},
    );
  } finally {
    await rm(draft, {recursive: true, force: true});
  }
}

/** What first starts left that were killed while they made data. */
async function removeDrafts(place: ClusterPlace): Promise<void> {
  for (const name of await readdir(place.folder)) {
    if (!name.startsWith(DRAFT)) continue;
    // An initdb that has outlived its parent may still write there for a moment.
    await rm(join(place.folder, name), {recursive: true, force: true, maxRetries: 5});
  }
}
