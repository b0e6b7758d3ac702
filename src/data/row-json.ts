import {ByteText} from '../lib/byte-text.ts';
import {decimalJson} from './any.ts';
import {Decimal} from './decimal.ts';
import {presentJson, quotedJson} from './json.ts';
import type {Column} from './schema.ts';
import {dayOfMicros, timeOfMicros} from './temporal-calendar.ts';
import {dateIso} from './temporal-write.ts';
import type {Type} from './type.ts';
import type {Row, Value} from './value.ts';

/** Writes a value that is not null. */
type ByteWriter = (value: Value, to: ByteText) => void;

/** A usual row. */
const ROW_BYTES = 256;

/**
 * Writes rows as JSON objects whose properties stand in the order of the columns; each
 * value is as `jsonWriter` writes it. Run for each row that changes, before and after: so
 * the usual types are written digit by digit, and the text is made once, in one piece.
 */
export function rowJson(columns: readonly Column[]): (row: Row) => string {
  if (columns.length === 0) return () => '{}';
  const writers = columns.map(({type}) => byteWriter(type));
  const openings = columns.map(({name}, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const open = openings.map((opening): ((to: ByteText) => void) =>
    ASCII.test(opening) ? (to) => to.ascii(opening) : (to) => to.text(opening),
  );
  const to = new ByteText(ROW_BYTES);
  return (row) => {
    // A row before it may have failed in its midst.
    to.clear();
    for (let i = 0; i < writers.length; i++) {
      const value = row[i] ?? null;
      open[i]!(to);
      if (value === null) to.ascii('null');
      else writers[i]!(value, to);
    }
    to.ascii('}');
    return to.takeText();
  };
}

const ASCII = /^[\x20-\x7e]*$/;

function byteWriter(type: Type): ByteWriter {
  const write = presentJson(type);
  const plain: ByteWriter = (value, to) => to.text(write(value));
  if (write === quotedJson) return (value, to) => to.quoted(value as string);
  switch (type.kind) {
    case 'int2':
    case 'int4':
    case 'int8':
      return (value, to) => (typeof value === 'number' ? to.integer(value) : plain(value, to));
    case 'numeric':
      return (value, to) => decimal(value as Decimal, to);
    case 'timestamp':
      return timestampWriter('"', plain);
    case 'timestamptz':
      return timestampWriter('Z"', plain);
    case 'any':
      return (value, to) => {
        if (typeof value === 'string') to.quoted(value);
        else if (value instanceof Decimal) decimal(value, to);
        else plain(value, to);
      };
    default:
      return plain;
  }
}

const POWERS = Array.from({length: 16}, (_, exponent) => 10 ** exponent);

function decimal(value: Decimal, to: ByteText): void {
  const {digits, scale} = value;
  const power = POWERS[scale];
  if (!Number.isSafeInteger(digits) || power === undefined) {
    return void to.ascii(decimalJson(value));
  }
  const size = Math.abs(digits as number);
  // Exact: both are whole and below 2^53.
  const whole = Math.floor(size / power);
  if ((digits as number) < 0) to.ascii('-');
  to.integer(whole);
  if (scale === 0) return;
  to.ascii('.');
  to.digits(size - whole * power, scale);
}

/** Most times that are written one after the other are of one day: its text is kept. */
function timestampWriter(end: string, unusual: ByteWriter): ByteWriter {
  let day = Number.NaN;
  let date = '';
  return (value, to) => {
    if (!Number.isSafeInteger(value)) return void unusual(value, to);
    const micros = value as number;
    const its = dayOfMicros(micros);
    if (its !== day) {
      day = its;
      date = `"${dateIso(its)}T`;
    }
    to.ascii(date);
    const time = timeOfMicros(micros);
    const seconds = Math.floor(time / 1e6);
    to.digits(Math.floor(seconds / 3600), 2);
    to.ascii(':');
    to.digits(Math.floor(seconds / 60) % 60, 2);
    to.ascii(':');
    to.digits(seconds % 60, 2);
    fraction(time - seconds * 1e6, to);
    to.ascii(end);
  };
}

/** Of a second, in microseconds, without its trailing zeros. */
function fraction(micros: number, to: ByteText): void {
  if (micros === 0) return;
  let digits = micros;
  let width = 6;
  while (digits % 10 === 0) {
    digits /= 10;
    width -= 1;
  }
  to.ascii('.');
  to.digits(digits, width);
}
