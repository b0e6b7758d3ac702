import {fork} from 'node:child_process';
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import type {Clock} from '../lib/clock.ts';

/** Who writes holds LMDB's lock for as long as a transaction takes to reach the disk. */
export const LOCK_WAIT_MS = 5000;
/** A process begins in a tenth of a second; on a machine that is busy, later. */
const BEGIN_MS = 20_000;

/** Written as a text, so that it runs from sources and from what they are compiled to. */
const PROGRAM = `
const self = require('node:process');
const [, lmdb, path] = self.argv;
self.send('begun', () => {
  require(lmdb).open({path, noSubdir: false, encoding: 'binary', overlappingSync: false});
  self.exit(0);
});`;

/**
 * Whether somebody holds the lock of the maps in a folder for longer than a transaction takes:
 * a process that was stopped in the middle of one, or hangs. LMDB waits for it without end, and
 * the whole process with it; so a process of its own tries, and is ended when it still waits
 * after `waitMs`. One that ends is an answer whatever it ended with: who opens the maps
 * then finds the same.
 */
export async function isLocked(
  path: string,
  {clock, waitMs = LOCK_WAIT_MS}: {readonly clock: Clock; readonly waitMs?: number | undefined},
): Promise<boolean> {
  if (!existsSync(join(path, 'data.mdb'))) return false;
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  const child = fork(lmdb, [path], {
    execArgv: ['--eval', PROGRAM],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const over = new AbortController();
  const ended = new Promise<'ended'>((resolve) => {
    child.once('exit', () => resolve('ended'));
    // No process can be made: nothing is known, and opening the maps will tell.
    child.on('error', () => resolve('ended'));
  });
  const begun = new Promise<'begun'>((resolve) => child.once('message', () => resolve('begun')));
  const late = (ms: number): Promise<'late'> =>
    clock.wait(ms, over.signal).then(
      () => 'late',
      () => 'late',
    );
  try {
    if ((await Promise.race([begun, ended, late(BEGIN_MS)])) !== 'begun') return false;
    return (await Promise.race([ended, late(waitMs)])) === 'late';
  } finally {
    over.abort();
    child.kill('SIGKILL');
  }
}
