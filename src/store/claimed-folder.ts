import {mkdir} from 'node:fs/promises';
import {claimFolder, releaseFolder} from '../lib/folder-claim.ts';
import type {Log} from '../lib/log.ts';
import {Problem} from '../lib/problem.ts';
import {storeProblems} from './problems.ts';

/**
 * Makes a store's folder, where there is none, and this process the one that uses it. The answer
 * gives it back. Throws `store-in-use`, `store-denied`.
 */
export async function claimedFolder({
  path,
  pid,
  log,
}: {
  readonly path: string;
  readonly pid: number;
  readonly log: Log;
}): Promise<() => Promise<void>> {
  try {
    await mkdir(path, {recursive: true, mode: 0o700});
    const holder = await claimFolder(path, pid);
    if (holder !== undefined) throw storeProblems['store-in-use']({path, pid: holder});
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
