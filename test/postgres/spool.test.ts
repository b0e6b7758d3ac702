import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {random} from '../../src/lib/random.ts';
import {type Kept, Spool} from '../../src/postgres/spool.ts';

const MB = 1024 * 1024;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tailrace-spool-'));
  onTestFinished(() => rmSync(path, {recursive: true}));
  return path;
}

function spoolOf(limits: Partial<Spool['limits']> = {}): Spool {
  const spool = new Spool({
    transactionMemoryBytes: MB,
    transactionSpillBytes: 1000 * MB,
    spillFolder: limits.spillFolder ?? folder(),
    ...limits,
  });
  onTestFinished(() => spool.close());
  return spool;
}

/** A message that says its number, as long as is asked for. */
function message(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(5, length), number % 251);
  bytes.write('I');
  bytes.writeUInt32LE(number, 1);
  return bytes;
}

/** What is read is looked at before the next is asked for, as it may be used again. */
function expectMessages(kept: Kept, expected: readonly Buffer[]): void {
  const read = kept.reader();
  for (const bytes of expected) expect(bytes.equals(read() ?? Buffer.alloc(0))).toBe(true);
  expect(read()).toBeUndefined();
}

test.each<[name: string, lengths: (chance: number) => number, spilled: boolean]>([
  ['few small messages stay in memory', (chance) => 10 + chance * 100, false],
  ['many small messages go to a file', (chance) => 900 + chance * 1000, true],
  ['messages larger than a chunk go to a file', (chance) => chance * 800_000, true],
])('%s, and are what they were', (_name, length, spilled) => {
  const next = random(1);
  const spool = spoolOf();
  const kept = spool.keep(1);
  const messages = Array.from({length: 1500}, (_, i) => message(i, length(next() ** 6)));
  for (const bytes of messages) kept.append(bytes, 1, 0);
  expect(spool.fileBytes > 0).toBe(spilled);
  expect(spool.memoryBytes).toBeLessThanOrEqual(MB);
  expectMessages(kept, messages);
  expectMessages(kept, messages);
});

test('transactions that take turns keep their own, in memory and in files', () => {
  const spool = spoolOf();
  const next = random(2);
  const all = [1, 2, 3].map((xid) => ({kept: spool.keep(xid), messages: [] as Buffer[]}));
  for (let i = 0; i < 9000; i++) {
    const {kept, messages} = all[Math.floor(next() * (i < 200 ? 3 : 2))]!;
    const bytes = message(i, 20 + next() * 800);
    kept.append(bytes, 1, 0);
    messages.push(bytes);
  }
  for (const {kept, messages} of all) expectMessages(kept, messages);
  expect(all[2]!.kept.memoryBytes).toBeGreaterThan(0);
  for (const {kept} of all) kept.release();
  expect([spool.memoryBytes, spool.fileBytes]).toEqual([0, 0]);
});

test('memory is bounded, however much there is', () => {
  const spool = spoolOf();
  const kept = spool.keep(1);
  for (let i = 0; i < 40; i++) {
    kept.append(message(i, MB), 1, 0);
    expect(spool.memoryBytes).toBeLessThanOrEqual(2 * MB);
  }
  expect(spool.fileBytes).toBeGreaterThan(39 * MB);
});

test('a file has no name, so that nothing is left of it whatever happens', () => {
  const spillFolder = folder();
  const spool = spoolOf({spillFolder});
  spool.keep(1).append(message(1, 3 * MB), 1, 0);
  expect(spool.fileBytes).toBeGreaterThan(0);
  expect(readdirSync(spillFolder)).toEqual([]);
});

test('a file as large as allowed passes, and more is refused', () => {
  const kept = spoolOf({transactionSpillBytes: 10 * MB}).keep(77);
  for (let i = 0; i < 9; i++) kept.append(message(i, MB), 1, 0);
  expect(() => kept.append(message(9, MB), 1, 0)).toThrow(
    expect.objectContaining({
      code: 'transaction-too-large',
      message: 'transaction 77 changes more than 10485760 bytes on disk',
    }),
  );
});

test('a folder that takes no file is a problem that names it, and costs no memory', () => {
  const spool = spoolOf({spillFolder: '/nowhere/at/all'});
  const kept = spool.keep(7);
  expect(() => kept.append(message(1, 2 * MB), 1, 0)).toThrow(
    expect.objectContaining({
      code: 'transaction-not-kept',
      detail: expect.stringContaining('ENOENT'),
      hint: expect.stringContaining('/nowhere/at/all'),
    }),
  );
  kept.release();
  expect(spool.memoryBytes).toBe(0);
});

test('what is rolled back is not read, and what is behind it is', () => {
  const spool = spoolOf();
  const kept = spool.keep(1);
  const messages = Array.from({length: 3000}, (_, i) => message(i, 1000));
  messages.forEach((bytes, i) => {
    kept.append(bytes, 1, 10 + (i % 3));
  });
  kept.rollBack(11);
  expectMessages(
    kept,
    messages.filter((_, i) => i % 3 !== 1),
  );
});
