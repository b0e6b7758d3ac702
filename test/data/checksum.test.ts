import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {checksumOf, moved, NO_ROWS} from '../../src/data/checksum.ts';
import {random} from '../../src/lib/random.ts';

const sum = (rows: readonly (readonly [string, string])[]) => checksumOf(rows, {crc32});

test('the checksum of one row is the CRC-32 of its key, a line feed and its text', () => {
  expect(crc32('123456789')).toBe(0xcbf43926);
  expect(sum([['7', '{"name":"é","value":95.00}']])).toEqual({
    count: 1,
    checksum: crc32(Buffer.from('7\n{"name":"é","value":95.00}', 'utf8')),
  });
  expect(sum([])).toEqual({count: 0, checksum: 0});
});

test('the order of rows says nothing, key and text do', () => {
  const rows = [['1', '{"a":1}'] as const, ['2', '{"a":2}'] as const];
  expect(sum(rows)).toEqual(sum([...rows].reverse()));
  expect(sum(rows)).not.toEqual(
    sum([
      ['2', '{"a":1}'],
      ['1', '{"a":2}'],
    ]),
  );
  expect(sum(rows)).not.toEqual(
    sum([
      ['1', '{"a":1.0}'],
      ['2', '{"a":2}'],
    ]),
  );
});

test.each([1, 2, 3, 4, 5])('moved by events it is that of the rows: seed %i', (seed) => {
  const next = random(seed);
  const rows = new Map<string, string>();
  let held = NO_ROWS;
  for (let step = 0; step < 500; step++) {
    const key = String(Math.floor(next() * 20));
    const before = rows.get(key);
    const after = next() < 0.3 ? undefined : `{"value":${Math.floor(next() * 1e9)}}`;
    const none = {added: [], updated: [], deleted: []};
    if (after === undefined) {
      if (before === undefined) continue;
      held = moved(held, {...none, deleted: [{key, before}]}, {crc32});
      rows.delete(key);
    } else {
      const change =
        before === undefined ? {added: [{key, after}]} : {updated: [{key, before, after}]};
      held = moved(held, {...none, ...change}, {crc32});
      rows.set(key, after);
    }
    expect(held).toEqual(sum([...rows]));
  }
});
