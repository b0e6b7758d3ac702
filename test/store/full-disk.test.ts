import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import {endlessStore} from './store-options.ts';

const root = resolve(import.meta.dirname, '../..');
/** Of 1,024 bytes each. */
const BLOCKS = 4000;

test('on a full disk a step is refused as store-write-failed, and what was taken is there later', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-full-'));
  try {
    // Past the size a write fails as it does on a full disk; the signal for it is not wanted.
    const script = `trap '' XFSZ; ulimit -f ${BLOCKS}; exec "$0" --import tsx "$1" "$2"`;
    const {stdout} = await promisify(execFile)(
      'bash',
      ['-c', script, process.execPath, resolve(import.meta.dirname, 'fill.ts'), path],
      {cwd: root, timeout: 60_000},
    );
    const {taken, refusal} = JSON.parse(stdout) as {taken: number; refusal: string};
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
