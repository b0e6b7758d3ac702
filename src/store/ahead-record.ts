import {crc32} from 'node:zlib';
import {assert} from '../lib/assert.ts';
import {MAP_NAMES, type MapChange, type RecordKey} from './map-file.ts';

/** Where a record stands: in which turn of the file, and as which one of that turn. */
export interface RecordPlace {
  readonly turn: number;
  readonly number: number;
}

/** What a write-ahead file holds of a turn. */
export interface AheadContent {
  readonly changes: readonly MapChange[];
  /** Where a record is not what was written, though others follow it: its place in bytes. */
  readonly damaged: number | undefined;
}

/** Checksum, length of what follows the head, turn, number. */
const HEAD_BYTES = 4 + 4 + 8 + 4;
/** Records begin at multiples of it, so that those after a damaged one are found. */
const ALIGNED = 64;
/** Map, how many numbers the key has, length of the bytes. */
const CHANGE_BYTES = 1 + 1 + 4;
const NUMBER_BYTES = 8;

/** Bytes that a record of these changes takes in the file. */
export function recordBytes(changes: readonly MapChange[]): number {
  let bytes = HEAD_BYTES;
  for (const {key, bytes: own} of changes) {
    bytes += CHANGE_BYTES + (typeof key === 'number' ? 1 : 2) * NUMBER_BYTES + own!.length;
  }
  return Math.ceil(bytes / ALIGNED) * ALIGNED;
}

/**
 * Writes a record of puts at the beginning of `into`, which has room for it. All keys are
 * numbers, or two.
 */
export function writeRecord(
  into: Buffer,
  changes: readonly MapChange[],
  {turn, number}: RecordPlace,
): void {
  let at = HEAD_BYTES;
  for (const {map, key, bytes} of changes) {
    assert(bytes !== undefined && typeof key !== 'string', 'a put under a number');
    const numbers = typeof key === 'number' ? [key] : key;
    at = into.writeUInt8(MAP_NAMES.indexOf(map), at);
    at = into.writeUInt8(numbers.length, at);
    for (const one of numbers) at = into.writeDoubleLE(one, at);
    at = into.writeUInt32LE(bytes.length, at);
    into.set(bytes, at);
    at += bytes.length;
  }
  into.writeUInt32LE(at - HEAD_BYTES, 4);
  into.writeDoubleLE(turn, 8);
  into.writeUInt32LE(number, 16);
  into.writeUInt32LE(crc32(into.subarray(4, at)), 0);
}

/**
 * The changes of all records of a turn, in order. The last one may have been written in part
 * when the machine went down: it was told to nobody, and is left out.
 */
export function readRecords(file: Buffer, turn: number): AheadContent {
  const changes: MapChange[] = [];
  let at = 0;
  for (let number = 0; ; number++) {
    const end = recordEnd(file, at, {turn, number});
    if (end === undefined) return {changes, damaged: follows(file, at, {turn, number})};
    readChanges(file, at + HEAD_BYTES, end, changes);
    at += Math.ceil((end - at) / ALIGNED) * ALIGNED;
  }
}

/** Where a record ends; undefined: there is none of this place. */
function recordEnd(file: Buffer, at: number, place: RecordPlace): number | undefined {
  const found = placeAt(file, at);
  if (found?.turn !== place.turn || found.number !== place.number) return undefined;
  const end = at + HEAD_BYTES + file.readUInt32LE(at + 4);
  if (end > file.length) return undefined;
  return crc32(file.subarray(at + 4, end)) === file.readUInt32LE(at) ? end : undefined;
}

function placeAt(file: Buffer, at: number): RecordPlace | undefined {
  if (at + HEAD_BYTES > file.length) return undefined;
  return {turn: file.readDoubleLE(at + 8), number: file.readUInt32LE(at + 16)};
}

/** A record that was begun when all before it were whole proves that they were. */
function follows(file: Buffer, from: number, missing: RecordPlace): number | undefined {
  for (let at = from + ALIGNED; at < file.length; at += ALIGNED) {
    const place = placeAt(file, at);
    if (place?.turn !== missing.turn || place.number <= missing.number) continue;
    if (recordEnd(file, at, place) !== undefined) return from;
  }
  return undefined;
}

function readChanges(file: Buffer, from: number, end: number, into: MapChange[]): void {
  let at = from;
  while (at < end) {
    const map = MAP_NAMES[file[at]!]!;
    const first = file.readDoubleLE(at + 2);
    const pair = file[at + 1] === 2;
    const key: RecordKey = pair ? [first, file.readDoubleLE(at + 2 + NUMBER_BYTES)] : first;
    at += 2 + (pair ? 2 : 1) * NUMBER_BYTES;
    const length = file.readUInt32LE(at);
    at += 4;
    into.push({map, key, bytes: file.subarray(at, at + length)});
    at += length;
  }
}
