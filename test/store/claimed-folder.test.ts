import {chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {syncFolder} from '../../src/store/ahead-disk.ts';
import {claimedFolder} from '../../src/store/claimed-folder.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import {endlessStore} from './store-options.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-claimed-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

test('every folder that is made is written down in the one over it, and none that was there', async () => {
  const base = await folder();
  const path = join(base, 'one', 'two', 'three');
  const claimed = async (): Promise<string[]> => {
    const synced: string[] = [];
    const sync = (made: string): void => {
      syncFolder(made);
      synced.push(relative(base, made));
    };
    const options = {path, pid: process.pid, clock: systemClock(), log: silentLog, sync};
    await (await claimedFolder(options))();
    return synced.sort();
  };
  expect(await claimed()).toEqual(['', 'one', join('one', 'two')]);
  expect(await claimed()).toEqual([]);
  await rm(join(base, 'one', 'two'), {recursive: true});
  expect(await claimed()).toEqual(['one', join('one', 'two')]);
});

test('a folder that cannot be written down is not used, nor left for the next start to find', async () => {
  const options = {pid: process.pid, clock: systemClock(), log: silentLog};
  const sync = (): void => {
    throw new Error('the disk fails');
  };
  const base = await folder();
  const path = join(base, 'one', 'two');
  await expect(claimedFolder({...options, path, sync})).rejects.toMatchObject({
    code: 'store-denied',
    detail: 'the disk fails.',
  });
  expect(await readdir(base)).toEqual([]);
});

test('the files of a store are their owner’s alone, in a folder that is everybody’s too', async () => {
  const path = join(await folder(), 'store');
  await mkdir(path);
  await chmod(path, 0o777);
  const store = await lmdbStore(endlessStore(path, 'e'));
  const modes = await Promise.all(
    (await readdir(path)).map(async (name) => {
      const {mode} = await stat(join(path, name));
      return [name.replace(/-[0-9a-f]+$/, ''), (mode & 0o777).toString(8)];
    }),
  );
  await store.close();
  expect(Object.fromEntries(modes)).toMatchObject({
    ...{'data.mdb': '600', 'lock.mdb': '600', ahead: '600'},
  });
  expect((await stat(path)).mode & 0o777).toBe(0o777);
});

test('what others were given of a store is left to them', async () => {
  const path = await folder();
  await lmdbFile(path).close();
  await chmod(join(path, 'data.mdb'), 0o640);
  await writeFile(join(path, 'lock.mdb'), '');
  await chmod(join(path, 'lock.mdb'), 0o660);
  await (await lmdbStore(endlessStore(path, 'e'))).close();
  const modes = await Promise.all(
    ['data.mdb', 'lock.mdb'].map(async (name) => (await stat(join(path, name))).mode & 0o777),
  );
  expect(modes).toEqual([0o640, 0o660]);
});
