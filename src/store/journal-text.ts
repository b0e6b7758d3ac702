import {Decimal} from '../data/decimal.ts';
import {storedValue} from '../data/stored-row.ts';
import type {Row, Value} from '../data/value.ts';
import type {ByteText} from '../lib/byte-text.ts';
import type {Change, JournalEntry} from './journal.ts';

/**
 * Writes an entry as JSON, its rows as `stored-row.ts` has them: the text that
 * `JSON.stringify` would answer of their stored forms, which are not made. Run for each row
 * that changes.
 */
export function writeEntry(entry: JournalEntry<Change>, to: ByteText): void {
  const {changes, ...rest} = entry;
  to.text(JSON.stringify(rest).slice(0, -1));
  to.ascii(',"changes":[');
  changes.forEach(([collection, flat], i) => {
    to.ascii(i === 0 ? '[' : ',[');
    to.quoted(collection);
    to.ascii(',[');
    flat.forEach((one, at) => {
      if (at > 0) to.ascii(',');
      if (Array.isArray(one)) writeRow(one as Row, to);
      else writeValue(one as Value, to);
    });
    to.ascii(']]');
  });
  to.ascii(']}');
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
