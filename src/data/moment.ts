import type {Event} from './event.ts';
import {type Lsn, parseLsn} from './lsn.ts';

/** A point in the past as people name it. */
export type Moment =
  /** After the event of this sequence. */
  | {readonly kind: 'sequence'; readonly sequence: number}
  /** After everything that committed up to this position. */
  | {readonly kind: 'lsn'; readonly lsn: Lsn}
  /** After everything that committed by then; microseconds since 1970. */
  | {readonly kind: 'time'; readonly micros: number};

const SEQUENCE = /^(0|[1-9]\d{0,15})$/;
const TIME =
  /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.(\d{1,6})\d{0,3})?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** Reads a sequence, a position or an ISO 8601 time (UTC unless it says so); else undefined. */
export function parseMoment(text: string): Moment | undefined {
  const sequence = Number(text);
  if (SEQUENCE.test(text)) {
    return Number.isSafeInteger(sequence) ? {kind: 'sequence', sequence} : undefined;
  }
  const lsn = parseLsn(text);
  return lsn === undefined ? parseTime(text) : {kind: 'lsn', lsn};
}

function parseTime(text: string): Moment | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, fraction = '', zone] = match;
  const seconds = text.replace(/\.\d+/, '').replace(' ', 'T');
  const whole = zone ? seconds.slice(0, -zone.length) + offset(zone) : `${seconds}${assumed(text)}`;
  const ms = Date.parse(whole);
  if (Number.isNaN(ms)) return undefined;
  return {kind: 'time', micros: ms * 1000 + Number(fraction.padEnd(6, '0'))};
}

/** A date alone is in UTC as it is. */
const assumed = (text: string): string => (text.length > 10 ? 'Z' : '');

/** `+02`, `+0200` and `+02:00` are one. */
function offset(zone: string): string {
  if (/z/i.test(zone)) return 'Z';
  const digits = zone.replace(':', '').padEnd(5, '0');
  return `${digits.slice(0, 3)}:${digits.slice(3)}`;
}

/** Where an event stands to a moment: before it, at it, or after it. */
export function compareToMoment({sequence, transaction}: Event, moment: Moment): number {
  if (moment.kind === 'sequence') return sequence - moment.sequence;
  if (moment.kind === 'time') return transaction.commitTime - moment.micros;
  const lsn = parseLsn(transaction.lsn) ?? 0n;
  return lsn < moment.lsn ? -1 : lsn > moment.lsn ? 1 : 0;
}
