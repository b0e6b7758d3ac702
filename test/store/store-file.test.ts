import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type AheadDisk, aheadDisk} from '../../src/store/ahead-disk.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';
import type {MapFile} from '../../src/store/map-file.ts';
import {type StoreFile, storeFile} from '../../src/store/store-file.ts';

const AHEAD_BYTES = 64 * 1024;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-file-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

/** The file, and how often its maps were written. */
function opened(
  path: string,
  owner: string,
  disk: AheadDisk = aheadDisk(path),
): StoreFile & {readonly maps: {writes: number}} {
  const bare = lmdbFile(path);
  const maps = {writes: 0};
  const counted: MapFile = {
    ...bare,
    write(changes, guard) {
      maps.writes += 1;
      bare.write(changes, guard);
    },
  };
  try {
    const file = storeFile(counted, disk, {path, owner, aheadBytes: AHEAD_BYTES});
    onTestFinished(() => file.close().catch(() => {}));
    maps.writes = 0;
    return Object.assign(file, {maps});
  } catch (error) {
    void bare.close();
    throw error;
  }
}

const entry = (number: number): string => `entry ${number} ${'x'.repeat(100)}`;

function write(file: StoreFile, from: number, to: number): void {
  for (let number = from; number <= to; number++) {
    file.write(() => {
      file.journal.put(number, entry(number));
      file.events.put([number, 0], entry(number));
    });
  }
}

function expectEntries(file: StoreFile, count: number): void {
  const numbers = Array.from({length: count}, (_, i) => i + 1);
  expect(numbers.map((number) => file.journal.get(number))).toEqual(numbers.map(entry));
  expect(numbers.map((number) => file.events.get([number, 0]))).toEqual(numbers.map(entry));
  expect(file.journal.get(count + 1)).toBeUndefined();
  expect([...file.journal.keys()]).toEqual(numbers);
}

const aheadFile = async (path: string): Promise<string> =>
  join(path, (await readdir(path)).find((name) => name.startsWith('ahead-'))!);

test('a small transaction is not written to the maps, and is there for readers and the next owner', async () => {
  const path = await folder();
  const first = opened(path, 'one');
  write(first, 1, 20);
  expect(first.maps.writes).toBe(0);
  expect(first.journal.get(20)).toBe(entry(20));
  // As if killed: it is not closed.
  expectEntries(opened(path, 'two'), 20);
  expect(await aheadFile(path)).toBe(join(path, 'ahead-two'));
});

test('what settled is not lost, nor is what came after it, nor twice there', async () => {
  const path = await folder();
  const first = opened(path, 'one');
  write(first, 1, 10);
  first.settle();
  expect(first.maps.writes).toBe(1);
  write(first, 11, 13);
  first.write(() => first.journal.put(3, 'another'));
  const second = opened(path, 'two');
  expect(second.journal.get(3)).toBe('another');
  second.write(() => second.journal.put(3, entry(3)));
  expectEntries(second, 13);
});

test('a full write-ahead file goes into the maps, whether anybody settles it or not', async () => {
  const path = await folder();
  const first = opened(path, 'one');
  write(first, 1, 1000);
  expect(first.maps.writes).toBeGreaterThan(2);
  expect(first.maps.writes).toBeLessThan(30);
  expectEntries(opened(path, 'two'), 1000);
});

test('what is large, a removal and a fact go into the maps at once, with all that came before', async () => {
  const path = await folder();
  const first = opened(path, 'one');
  write(first, 1, 2);
  const large = 'y'.repeat(AHEAD_BYTES / 8);
  first.write(() => first.pages.put([1, 0], large));
  expect(first.maps.writes).toBe(1);
  write(first, 3, 3);
  first.write(() => first.pages.remove([1, 0]));
  expect(first.maps.writes).toBe(2);
  write(first, 4, 4);
  first.write(() => first.facts.put('checkpoint', 'here'));
  expect(first.maps.writes).toBe(3);
  const second = opened(path, 'two');
  expectEntries(second, 4);
  expect(second.facts.get('checkpoint')).toBe('here');
  expect([...second.pages.keys()]).toEqual([]);
});

test('a transaction that throws leaves nothing', async () => {
  const file = opened(await folder(), 'one');
  expect(() =>
    file.write(() => {
      file.journal.put(1, entry(1));
      throw new Error('no');
    }),
  ).toThrow('no');
  write(file, 1, 1);
  expectEntries(file, 1);
});

test('what an owner wrote whom another one followed meanwhile is refused, and disturbs nothing', async () => {
  const path = await folder();
  const first = opened(path, 'one');
  write(first, 1, 5);
  const second = opened(path, 'two');
  write(second, 6, 9);
  for (let i = 0; i < 2; i++) {
    expect(() => write(first, 6, 6)).toThrow(expect.objectContaining({code: 'store-in-use'}));
  }
  expect(() => first.settle()).toThrow(expect.objectContaining({code: 'store-in-use'}));
  expectEntries(second, 9);
  expectEntries(opened(path, 'three'), 9);
});

test('an owner that another one follows before it has tidied up removes none of its files', async () => {
  const path = await folder();
  write(opened(path, 'one'), 1, 2);
  const disk = aheadDisk(path);
  opened(path, 'two', {
    ...disk,
    remove(names) {
      if (!names.includes('one')) return;
      // It had stopped for a moment: the other one has written since.
      write(opened(path, 'three'), 3, 5);
      disk.remove(names);
    },
  });
  expectEntries(opened(path, 'four'), 5);
});

test('what starts that failed have left goes before a start takes room of its own', async () => {
  const path = await folder();
  write(opened(path, 'one'), 1, 2);
  const disk = aheadDisk(path);
  disk.create('failed', AHEAD_BYTES).close();
  const found: (readonly string[])[] = [];
  const second = opened(path, 'two', {
    ...disk,
    create(name, bytes) {
      found.push(disk.names());
      return disk.create(name, bytes);
    },
  });
  expect([...found, disk.names()]).toEqual([['one'], ['two']]);
  expectEntries(second, 2);
});

test('a write-ahead file that is damaged or gone is told as damage, and all is left as it is', async () => {
  const path = await folder();
  write(opened(path, 'one'), 1, 9);
  const name = await aheadFile(path);
  const whole = await readFile(name);
  const damaged = Buffer.from(whole);
  damaged[700]! ^= 1;
  await writeFile(name, damaged);
  const refused = {code: 'store-corrupt', detail: expect.stringContaining('"ahead-one"')};
  expect(() => opened(path, 'two')).toThrow(expect.objectContaining(refused));
  expect(await readFile(name)).toEqual(damaged);
  await rm(name);
  expect(() => opened(path, 'three')).toThrow(expect.objectContaining(refused));
  await writeFile(name, whole);
  expectEntries(opened(path, 'four'), 9);
});
