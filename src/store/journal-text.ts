import {Decimal} from '../data/decimal.ts';
import {storedValue} from '../data/stored-row.ts';
import type {Row, Value} from '../data/value.ts';
import type {ByteText} from '../lib/byte-text.ts';
import type {Change, JournalEntry} from './journal.ts';

/** What a text may come to before its last change: one is limited to half a gigabyte. */
const TEXT_BYTES = 4 * 1024 * 1024;
/** What all texts but the last say besides their changes. */
const NOTHING_ELSE = {sources: {}, queries: {}, sequences: {}} satisfies Partial<JournalEntry>;

/**
 * The texts of an entry, which told in order come to it: JSON, the rows as `stored-row.ts` has
 * them, whose stored forms are not made. One text but where there is very much of it; then
 * positions and memos stand in the last. Each is good until the next is asked for. Run for each
 * row that changes.
 */
export function* entryTexts(
  {cleared, changes, ...rest}: JournalEntry<Change>,
  to: ByteText,
  textBytes = TEXT_BYTES,
): Generator<Uint8Array> {
  begin(cleared, to);
  let separator = '';
  for (const [collection, flat] of changes) {
    to.ascii(separator);
    beginCollection(collection, to);
    for (let at = 0; at < flat.length; at += 2) {
      if (to.length >= textBytes && at > 0) {
        to.ascii(']]');
        yield ended(NOTHING_ELSE, to);
        begin([], to);
        beginCollection(collection, to);
      } else if (at > 0) to.ascii(',');
      writeChange(flat[at] as Value, flat[at + 1] as Value, to);
    }
    to.ascii(']]');
    separator = ',';
  }
  yield ended(rest, to);
}

function begin(cleared: JournalEntry['cleared'], to: ByteText): void {
  to.ascii('{"cleared":');
  to.text(JSON.stringify(cleared));
  to.ascii(',"changes":[');
}

function beginCollection(collection: string, to: ByteText): void {
  to.ascii('[');
  to.quoted(collection);
  to.ascii(',[');
}

function writeChange(key: Value, content: Value, to: ByteText): void {
  writeValue(key, to);
  to.ascii(',');
  if (Array.isArray(content)) writeRow(content as Row, to);
  else writeValue(content, to);
}

function ended(rest: Omit<JournalEntry, 'cleared' | 'changes'>, to: ByteText): Uint8Array {
  to.ascii('],');
  to.text(JSON.stringify(rest).slice(1));
  return to.take();
}

function writeRow(row: Row, to: ByteText): void {
  to.ascii('[');
  for (let i = 0; i < row.length; i++) {
    if (i > 0) to.ascii(',');
    writeValue(row[i] as Value, to);
  }
  to.ascii(']');
}

function writeValue(value: Value, to: ByteText): void {
  if (typeof value === 'string') to.quoted(value);
  else if (Number.isSafeInteger(value) && !Object.is(value, -0)) to.integer(value as number);
  else if (value instanceof Decimal && Number.isSafeInteger(value.digits)) writeDecimal(value, to);
  else if (value === null) to.ascii('null');
  else to.text(JSON.stringify(storedValue(value)));
}

function writeDecimal({digits, scale}: Decimal, to: ByteText): void {
  if (Object.is(digits, -0))
    return void to.text(JSON.stringify(storedValue(new Decimal(-0, scale))));
  to.ascii('{"d":[');
  to.integer(digits as number);
  to.ascii(',');
  to.integer(scale);
  to.ascii(']}');
}
