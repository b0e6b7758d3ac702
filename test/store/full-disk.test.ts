import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {aheadDisk} from '../../src/store/ahead-disk.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import {endlessStore} from './store-options.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Runs a script in a process whose files may have so many blocks of 1,024 bytes each. Past that
 * a write fails as it does on a full disk; the signal for it is not wanted.
 */
async function filled(name: string, path: string, blocks: number): Promise<unknown> {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" --import tsx "$1" "$2"`;
  const args = ['-c', script, process.execPath, resolve(import.meta.dirname, name), path];
  const {stdout} = await promisify(execFile)('bash', args, {cwd: root, timeout: 60_000});
  return JSON.parse(stdout);
}

test('on a full disk a step is refused as store-write-failed, and what was taken is there later', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-full-'));
  try {
    const {taken, refusal} = (await filled('fill.ts', path, 4000)) as {
      taken: number;
      refusal: string;
    };
    expect(refusal).toBe('store-write-failed');
    expect(taken).toBeGreaterThan(10);
    const store = await lmdbStore(endlessStore(path, 'other'));
    expect([store.log.epoch, store.log.last, store.log.trimmed]).toEqual(['e', taken, 0]);
    expect(store.log.read(taken - 1, 9).map(({sequence}) => sequence)).toEqual([taken]);
    await store.close();
  } finally {
    await rm(path, {recursive: true, force: true});
  }
});

test('a start that finds no room leaves nothing on the disk for the next one to do without', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-full-'));
  try {
    // Of its write-ahead file one half has room.
    const outcome = await filled('fill-until.ts', path, 1000);
    expect(outcome).toEqual({refusal: 'store-write-failed'});
    expect(aheadDisk(path).names()).toEqual([]);
  } finally {
    await rm(path, {recursive: true, force: true});
  }
});
