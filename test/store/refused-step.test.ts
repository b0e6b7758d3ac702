import {readdirSync, readlinkSync} from 'node:fs';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {aheadDisk} from '../../src/store/ahead-disk.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import type {Step} from '../../src/store/store.ts';
import {storeFile} from '../../src/store/store-file.ts';
import {endlessStore} from './store-options.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-refused-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

/** Files of a folder that this process has open. */
const openFiles = (path: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`);
      return file.startsWith(path) ? [file] : [];
    } catch {
      return []; // It was that of the list itself.
    }
  });

/** Its text is made when it is asked for, as that of a row of a large event is. */
function step(sequence: number, text: () => string): Step {
  const at = {source: 's', lsn: '0/8', xid: 1, commitTime: 1, part: 1, parts: 1} as const;
  const row = {
    key: String(sequence),
    get after() {
      return text();
    },
  };
  const transaction = {kind: 'stream', ...at} as const;
  const event = {sequence, queryId: 'q', added: [row], updated: [], deleted: [], transaction};
  return {transaction: undefined, events: [event]};
}

function tooLong(): never {
  throw new RangeError('Invalid string length');
}

test('after a step whose texts cannot be made the store takes no more, and has what it took before', async () => {
  const path = await folder();
  const store = await lmdbStore(endlessStore(path, 'e'));
  store.commit([step(1, () => '{"x":1}')], () => {});
  expect(() => store.commit([step(2, tooLong)], () => {})).toThrow('Invalid string length');
  const durable: number[] = [];
  const next = step(2, () => '{"x":2}');
  expect(() => store.commit([next], () => durable.push(2))).toThrow('Invalid string length');
  expect(durable).toEqual([]);
  await expect(store.close()).rejects.toThrow('Invalid string length');
  const again = await lmdbStore(endlessStore(path, 'other'));
  expect([again.log.epoch, again.log.last]).toEqual(['e', 1]);
  await again.close();
});

test('with "interval" a store that could not write tells no further step', async () => {
  const path = await folder();
  let fail = (_: unknown): void => {};
  const failure = new Promise((resolve) => {
    fail = resolve;
  });
  const options = {...endlessStore(path, 'e'), durability: 'interval', flushMs: 5} as const;
  const store = await lmdbStore({...options, fail: (error) => fail(error)});
  // Its size is looked at twice when it is taken; then it is written.
  const texts = ['{"x":1}', '{"x":1}'];
  store.commit([step(1, () => texts.pop() ?? tooLong())], () => {});
  expect(String(await failure)).toContain('Invalid string length');
  expect(() => store.commit([step(2, () => '{}')], () => {})).toThrow('Invalid string length');
  expect(store.log.last).toBe(1);
  await expect(store.close()).rejects.toThrow('Invalid string length');
  const again = await lmdbStore(endlessStore(path, 'other'));
  expect([again.log.epoch, again.log.last]).toEqual(['other', 0]);
  await again.close();
});

test('a store that fails and cannot give its folder back tells why it failed', async () => {
  const path = await folder();
  const store = await lmdbStore(endlessStore(path, 'e'));
  expect(() => store.commit([step(1, tooLong)], () => {})).toThrow('Invalid string length');
  // Where the claim's next content would be written.
  await mkdir(join(path, `claim.${process.pid}`));
  await expect(store.close()).rejects.toThrow('Invalid string length');
  expect(openFiles(path)).toEqual([]);
});

test('a store that is refused when its pages are read leaves no file open', async () => {
  const path = await folder();
  const file = storeFile(lmdbFile(path), aheadDisk(path), {path, owner: 'one'});
  const lacking = {generation: 1, pages: 1, bytes: 1};
  const manifest = {
    ...{journal: 1, sequence: 0, sources: {}, queries: {}, sequences: {}, atMs: 0},
    collections: {'["table","s","t"]': lacking},
  };
  file.write(() => {
    for (const fact of ['whole', 'clean']) file.facts.put(fact, 'yes');
    file.facts.put('epoch', 'e');
    file.facts.put('checkpoint', JSON.stringify(manifest));
  });
  await file.close();
  const refused = expect.objectContaining({code: 'store-corrupt'});
  await expect(lmdbStore(endlessStore(path, 'other'))).rejects.toEqual(refused);
  expect(openFiles(path)).toEqual([]);
});
