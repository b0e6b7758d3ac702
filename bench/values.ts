import {jsonWriter} from '../src/data/json.ts';
import {keyWriter} from '../src/data/key-of.ts';
import * as types from '../src/data/type.ts';
import type {Value} from '../src/data/value.ts';
import {decodeMessage} from '../src/postgres/pgoutput.ts';
import {byteReader} from '../src/postgres/values.ts';

/**
 * How long does it take to read one column of a change, and to write it as JSON and as a
 * key? In nanoseconds per value, beside the floor: making a string of the same bytes.
 * The last line is a whole message, an UPDATE of a row of five columns.
 *
 *     npx tsc --noEmit false --outDir dist/bench && node dist/bench/bench/values.js
 *
 * Last (2 shared cores, Node 20): int4 15, numeric 21, text 83, timestamptz 64, floor 76.
 */
const CASES: readonly [types.Type, string][] = [
  [types.BOOL, 't'],
  [types.INT4, '123456'],
  [types.INT8, '9223372036854775807'],
  [types.FLOAT4, '0.1'],
  [types.FLOAT8, '73.4182'],
  [types.NUMERIC, '95.50'],
  [types.NUMERIC, '12345678901234567890.10'],
  [types.TEXT, 'cpu_usage'],
  [types.TEXT, 'Ünïcode, and a little longer than the others are'],
  [types.UUID, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  [types.DATE, '2026-03-01'],
  [types.TIMESTAMP, '2026-03-01 10:20:30.123456'],
  [types.TIMESTAMPTZ, '2026-03-01 10:20:30.123456+00'],
  [types.TIMESTAMPTZ, '0044-03-15 10:20:30+00 BC'],
  [types.TIME, '10:20:30.5'],
  [types.INTERVAL, '1 year 2 mons 3 days 04:05:06'],
  [types.JSONB, '{"a": [1, 2.50, null]}'],
  [types.arrayOf(types.INT4), '{1,2,3,4,5}'],
  [types.BYTEA, '\\x0011223344'],
];

const ROUNDS = 1_000_000;

/** The best of several runs, which other work on the machine disturbs least. */
function nanoseconds(run: () => unknown): number {
  let best = Infinity;
  for (let repeat = 0; repeat < 5; repeat++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < ROUNDS / 5; i++) kept = run();
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  return best / (ROUNDS / 5);
}

/** Keeps results alive, so that none is optimised away. */
export let kept: unknown;

function line(cells: readonly (string | number)[]): void {
  const [type, text, ...times] = cells.map((cell) =>
    typeof cell === 'number' ? cell.toFixed(0) : cell,
  );
  const columns = [String(type).padEnd(12), String(text).slice(0, 32).padEnd(33)];
  process.stdout.write(`${[...columns, ...times.map((time) => time.padStart(7))].join(' ')}\n`);
}

line(['type', 'text', 'floor', 'read', 'json', 'key']);
for (const [type, text] of CASES) {
  const bytes = Buffer.from(`<${text}>`);
  const end = bytes.length - 1;
  const read = byteReader(type);
  const value: Value = read(bytes, 1, end);
  const json = jsonWriter(type);
  const key = keyWriter(type);
  line([
    type.kind,
    text,
    nanoseconds(() => bytes.toString('utf8', 1, end)),
    nanoseconds(() => read(bytes, 1, end)),
    nanoseconds(() => json(value)),
    nanoseconds(() => key(value)),
  ]);
}

/** An UPDATE of (int4, text, numeric, text, timestamptz). */
const columns = ['123456', 'cpu_usage', '95.50', 'percent', '2026-03-01 10:20:30.123456+00'];
const readers = [types.INT4, types.TEXT, types.NUMERIC, types.TEXT, types.TIMESTAMPTZ].map(
  byteReader,
);
const update = Buffer.concat([
  Buffer.from([0x55, 0, 0, 0, 1, 0x4e, 0, columns.length]),
  ...columns.map((text) =>
    Buffer.concat([Buffer.of(0x74, 0, 0, 0, text.length), Buffer.from(text)]),
  ),
]);
line([
  'update',
  'five columns',
  nanoseconds(() => update.toString('latin1')),
  nanoseconds(() => decodeMessage(update, () => readers)),
]);
