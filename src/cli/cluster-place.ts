import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cp, lstat, mkdir, mkdtemp, rename, rm, stat} from 'node:fs/promises';
import {platform, tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {POSTGRES_ENV, type RunAs, tryBinaries} from './postgres-binaries.ts';
import {cliProblems} from './problems.ts';

/** Where a Postgres of ours lives, and as whom. Its user can reach both folders. */
export interface ClusterPlace {
  /** `bin`, `lib` and `share`. */
  readonly native: string;
  /** Holds `postgres` (the data), `postgres.log` and drafts of both. */
  readonly folder: string;
  readonly runAs: RunAs;
}

const CHECK_LIMIT_MS = 5000;

/**
 * Finds a place for a Postgres that belongs to `folder`. `uid`: the user who runs us.
 *
 * Postgres refuses to run as root. Started by root it runs as the owner of the data, or
 * as `postgres`, or as `nobody`; no user is made. That user may be unable to reach the
 * checkout (one below /root is closed to all others): then binaries and data go to a
 * folder of root's in the temporary directory. `fixed`: the user named the folder, and a
 * place elsewhere would surprise; so then it is a Problem.
 */
export async function findPlace(options: {
  native: string;
  folder: string;
  uid: number;
  fixed: boolean;
}): Promise<ClusterPlace> {
  const {native, folder, uid, fixed} = options;
  await makeFolder(folder);
  const runAs = uid === 0 ? await dataOwner(folder) : undefined;

  const dataReachable = await canUse(folder, runAs);
  if (!dataReachable && (fixed || !runAs)) throw denied(folder, runAs);
  const binaries = await tryBinaries(native, runAs);
  if (binaries.kind === 'broken') throw missing(binaries.reason);
  if (dataReachable && binaries.kind === 'run') return {native, folder, runAs};
  if (!runAs) throw missing(`You may not run the programs in "${native}".`);

  const shelter = await makeShelter(folder);
  const copy = binaries.kind === 'run' ? native : await copyNative(native, shelter);
  if (binaries.kind === 'denied') {
    const tried = await tryBinaries(copy, runAs);
    if (tried.kind !== 'run') throw missing(`No program can be run from "${copy}".`);
  }
  return {native: copy, folder: dataReachable ? folder : shelter, runAs};
}

const missing = (reason: string) => cliProblems['postgres-missing']({platform: platform(), reason});

function denied(folder: string, runAs: RunAs) {
  const who = runAs ? `User ${runAs.uid}, as whom Postgres runs,` : 'You';
  return cliProblems['demo-folder-denied']({folder, reason: `${who} can't reach or write it.`});
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, {recursive: true, mode: 0o755});
  } catch (cause) {
    const reason = (cause as Error).message;
    throw cliProblems['demo-folder-denied']({folder, reason}, {cause});
  }
}

/** Whom root hands Postgres to. */
async function dataOwner(folder: string): Promise<NonNullable<RunAs>> {
  const owner = await stat(join(folder, 'postgres')).catch(() => undefined);
  if (owner && owner.uid !== 0) return {uid: owner.uid, gid: owner.gid};
  for (const name of ['postgres', 'nobody']) {
    const user = await userIds(name);
    if (user) return user;
  }
  throw missing('Postgres does not run as root, and there is no user "postgres" or "nobody".');
}

async function userIds(name: string): Promise<RunAs> {
  const options = {timeout: CHECK_LIMIT_MS, env: POSTGRES_ENV};
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(
        async (flag) => (await promisify(execFile)('id', [flag, name], options)).stdout,
      ),
    );
    return {uid: Number(uid), gid: Number(gid)};
  } catch (error) {
    // `id` ends with 1 when there is no such user.
    if ((error as {code?: unknown}).code === 1) return undefined;
    throw error;
  }
}

/**
 * Whether a user can work in a folder. Asked of the system instead of read from the modes:
 * there are access lists, groups and read-only mounts too. Root makes the subfolders for
 * the other user, so reaching it is enough for that one.
 */
async function canUse(folder: string, runAs: RunAs): Promise<boolean> {
  const options = {...runAs, cwd: '/', env: POSTGRES_ENV, timeout: CHECK_LIMIT_MS};
  const test = runAs ? 'test -x "$1"' : 'test -x "$1" && test -w "$1"';
  try {
    await promisify(execFile)('/bin/sh', ['-c', test, 'sh', folder], options);
    return true;
  } catch (error) {
    if ((error as {code?: unknown}).code === 1) return false;
    throw error;
  }
}

/**
 * A folder in the temporary directory, the same for each start from one checkout. Others
 * may write there too, so a folder that somebody else has made under its name is refused.
 */
async function makeShelter(folder: string): Promise<string> {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const shelter = join(tmpdir(), `tailrace-${name}`);
  await mkdir(shelter, {mode: 0o755}).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(shelter);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) {
    const reason = 'Somebody else made it, or may write it.';
    throw cliProblems['demo-folder-denied']({folder: shelter, reason});
  }
  return shelter;
}

/** A copy of the binaries, made under another name first: it is there whole or not at all. */
async function copyNative(native: string, shelter: string): Promise<string> {
  const {mtimeMs} = await stat(join(native, 'bin', 'postgres'));
  const copy = join(shelter, `native-${Math.trunc(mtimeMs)}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const draft = await mkdtemp(join(shelter, 'copy-'));
  await cp(native, join(draft, 'native'), {recursive: true, verbatimSymlinks: true});
  await rename(join(draft, 'native'), copy);
  await rm(draft, {recursive: true});
  return copy;
}

/** The data folder of a place. */
export const dataFolder = (place: Pick<ClusterPlace, 'folder'>): string =>
  join(place.folder, 'postgres');

/** Postgres's own diary of its last run. */
export const logFile = (place: Pick<ClusterPlace, 'folder'>): string =>
  join(place.folder, 'postgres.log');
