import {expect, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {readRecords, recordBytes, writeRecord} from '../../src/store/ahead-record.ts';
import type {MapChange} from '../../src/store/map-file.ts';

const SECTOR_BYTES = 64;

/** Records of a turn, one after the other, as a store writes them. */
function fileOf(records: readonly (readonly MapChange[])[], turn: number, into: Buffer): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const [number, changes] of records.entries()) {
    writeRecord(into.subarray(at), changes, {turn, number});
    at += recordBytes(changes);
    ends.push(at);
  }
  return ends;
}

function put(next: () => number): MapChange {
  const first = Math.floor(next() * 2 ** 40);
  const key: MapChange['key'] = next() < 0.5 ? first : [first, Math.floor(next() * 10)];
  const map = next() < 0.5 ? 'journal' : 'events';
  const bytes = Buffer.from(Array.from({length: Math.floor(next() * 200)}, () => next() * 256));
  return {map, key, bytes};
}

const records = (next: () => number, count: number): MapChange[][] =>
  Array.from({length: count}, () =>
    Array.from({length: 1 + Math.floor(next() * 4)}, () => put(next)),
  );

test.each([1, 2, 3, 4, 5])(
  'what was written is read, and nothing of turns before: seed %i',
  (seed) => {
    const next = random(seed);
    const file = Buffer.alloc(64 * 1024);
    for (let turn = 1; turn < 6; turn++) {
      const all = records(next, Math.floor(next() * 20));
      fileOf(all, turn, file);
      expect(readRecords(file, turn)).toEqual({changes: all.flat(), damaged: undefined});
      expect(readRecords(file, turn + 1)).toEqual({changes: [], damaged: undefined});
    }
  },
);

test('a file that is full to its last byte is read', () => {
  const all = records(random(9), 8);
  const bytes = all.reduce((sum, one) => sum + recordBytes(one), 0);
  const file = Buffer.alloc(bytes);
  fileOf(all, 3, file);
  expect(readRecords(file, 3)).toEqual({changes: all.flat(), damaged: undefined});
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a last record of which any sectors were not written is left out: seed %i',
  (seed) => {
    const next = random(seed);
    const before = Buffer.alloc(64 * 1024);
    fileOf(records(next, 30), 1, before);
    const all = records(next, 6);
    const whole = Buffer.from(before);
    const [from, end] = fileOf(all, 2, whole).slice(-2) as [number, number];
    for (let i = 0; i < 50; i++) {
      const torn = Buffer.from(whole);
      let missing = false;
      for (let at = from; at < end; at += SECTOR_BYTES) {
        if (next() < 0.5) continue;
        const old = before.subarray(at, at + SECTOR_BYTES);
        missing ||= !old.equals(torn.subarray(at, at + SECTOR_BYTES));
        torn.set(old, at);
      }
      const expected = missing ? all.slice(0, -1) : all;
      expect(readRecords(torn, 2)).toEqual({changes: expected.flat(), damaged: undefined});
    }
  },
);

test('a bit that was lost before the last record is told as damage, with its place', () => {
  const next = random(4);
  const all = records(next, 10);
  const whole = Buffer.alloc(64 * 1024);
  const ends = fileOf(all, 7, whole);
  const last = ends.at(-2)!;
  for (let i = 0; i < 300; i++) {
    const file = Buffer.from(whole);
    const at = Math.floor(next() * last);
    const begin = ends.findLast((end) => end <= at) ?? 0;
    const used = 20 + whole.readUInt32LE(begin + 4);
    file[at]! ^= 1 << Math.floor(next() * 8);
    const {changes, damaged} = readRecords(file, 7);
    // What fills a record up to the next one means nothing.
    if (at >= begin + used) expect({changes, damaged}).toEqual({changes: all.flat()});
    else {
      expect(damaged, `byte ${at}`).toBe(begin);
      expect(changes).toEqual(all.slice(0, ends.indexOf(begin) + 1).flat());
    }
  }
});
