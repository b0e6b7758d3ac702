import {mkdir, rmdir} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import type {Clock} from '../lib/clock.ts';
import {claimFolder, releaseFolder, type Unseen} from '../lib/folder-claim.ts';
import type {Log} from '../lib/log.ts';
import {Problem} from '../lib/problem.ts';
import {syncFolder} from './ahead-disk.ts';
import {isLocked, LOCK_WAIT_MS} from './lmdb-lock.ts';
import {storeProblems} from './problems.ts';

export interface ClaimedFolderOptions {
  readonly path: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly log: Log;
  /** How long somebody may keep the lock of the maps who cannot be looked for. */
  readonly lockWaitMs?: number | undefined;
  /** Makes what stands in a folder outlive a loss of power. */
  readonly sync?: (folder: string) => void;
}

/**
 * Makes a store's folder, where there is none, and this process the one that uses it. The answer
 * gives it back. Throws `store-in-use`, `store-denied`.
 */
export async function claimedFolder(options: ClaimedFolderOptions): Promise<() => Promise<void>> {
  const {path, pid, clock, log, lockWaitMs: waitMs = LOCK_WAIT_MS, sync = syncFolder} = options;
  try {
    await makeFolder(path, sync);
    const takeFrom = async ({pid, host}: Unseen): Promise<void> => {
      if (!(await isLocked(path, {clock, waitMs}))) return;
      throw storeProblems['store-in-use']({path, pid, stuck: {host, waitMs}});
    };
    const running = await claimFolder(path, pid, {takeFrom});
    if (running !== undefined) throw storeProblems['store-in-use']({path, pid: running});
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const reason = cause instanceof Error ? `${cause.message}.` : String(cause);
    throw storeProblems['store-denied']({path, reason}, {cause});
  }
  return async () => {
    try {
      await releaseFolder(path, pid);
    } catch (error) {
      // A full disk has no room for it. The claim ends with the process; what is to be told is
      // why the store was left.
      log.warn('the folder of the store stays claimed', {path, reason: String(error)});
    }
  };
}

async function makeFolder(path: string, sync: (folder: string) => void): Promise<void> {
  const first = await mkdir(path, {recursive: true, mode: 0o700});
  if (first === undefined) return;
  const over = foldersOver(path, first);
  try {
    for (const folder of over) sync(folder);
  } catch (error) {
    // So that the next start makes them, and does not find them there: unless somebody else does.
    for (const made of [path, ...over.slice(0, -1)]) await rmdir(made).catch(() => {});
    throw error;
  }
}

/** Where folders were made, each in the one over it: from `path` up to the first that was made. */
function foldersOver(path: string, first: string): string[] {
  const last = dirname(resolve(first));
  const folders: string[] = [];
  for (let at = resolve(path); at !== last && at !== dirname(at); at = dirname(at)) {
    folders.push(dirname(at));
  }
  return folders;
}
