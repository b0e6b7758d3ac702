import {problems} from '../problems.ts';

/** A format of to_char for numbers, read: what it asks for, and its parts in order. */
export interface NumberFormat {
  readonly parts: readonly Part[];
  /** Digits before and behind the point. */
  readonly before: number;
  readonly behind: number;
  /** The place, from 1, of the first `0` before the point; undefined without one. */
  readonly zeroStart: number | undefined;
  /** The place of the last `0`: figures up to it are always written. */
  readonly zeroEnd: number;
  readonly flags: ReadonlySet<Flag>;
  /** S: the sign stands where it is written, `signBefore` digits in; else behind. */
  readonly signAt: 'before' | 'behind' | undefined;
  readonly signBefore: number;
  /** V: so many digits more. */
  readonly shift: number;
}

export type Part =
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'key'; readonly key: Key};

type Flag =
  | 'fill'
  | 'decimal'
  | 'sign'
  | 'minus'
  | 'plus'
  | 'bracket'
  | 'shift'
  | 'roman'
  | 'exponent';

/** In the order of Postgres's own table, where the first that fits is taken. */
const KEYS = [
  ...[',', '.', '0', '9', 'B', 'C', 'D', 'EEEE', 'FM', 'G', 'L', 'MI', 'PL', 'PR', 'RN', 'SG'],
  ...['SP', 'S', 'TH', 'V', 'b', 'c', 'd', 'eeee', 'fm', 'g', 'l', 'mi', 'pl', 'pr', 'rn', 'sg'],
  ...['sp', 's', 'th', 'v'],
] as const;

type Key = (typeof KEYS)[number];

const wrong = (message: string) => problems['sql-value']({message});

export function readNumberFormat(format: string): NumberFormat {
  const parts = partsOf(format);
  const flags = new Set<Flag>();
  const desc = {
    ...{before: 0, behind: 0, shift: 0, signBefore: 0, zeroEnd: 0},
    zeroStart: undefined as number | undefined,
    signAt: undefined as NumberFormat['signAt'],
  };
  for (const part of parts) if (part.kind === 'key') note(part.key, desc, flags);
  return {...desc, parts, flags};
}

interface Noted {
  before: number;
  behind: number;
  shift: number;
  signBefore: number;
  zeroEnd: number;
  zeroStart: number | undefined;
  signAt: NumberFormat['signAt'];
}

function note(key: Key, desc: Noted, flags: Set<Flag>): void {
  if (flags.has('exponent') && key !== 'EEEE' && key !== 'eeee') {
    throw wrong('"EEEE" must be the last pattern used');
  }
  switch (key.toUpperCase()) {
    case '9':
      if (flags.has('bracket')) throw wrong('"9" must be ahead of "PR"');
      if (flags.has('shift')) desc.shift += 1;
      else if (flags.has('decimal')) desc.behind += 1;
      else desc.before += 1;
      return;
    case '0':
      noteZero(desc, flags);
      return;
    case 'D':
    case '.':
      if (flags.has('decimal')) throw wrong('multiple decimal points');
      if (flags.has('shift')) throw wrong('cannot use "V" and decimal point together');
      flags.add('decimal');
      return;
    case 'FM':
      flags.add('fill');
      return;
    case 'V':
      if (flags.has('decimal')) throw wrong('cannot use "V" and decimal point together');
      flags.add('shift');
      return;
    case 'RN':
      flags.add('roman');
      return;
    case 'EEEE':
      if (flags.size > Number(flags.has('decimal'))) {
        throw wrong('"EEEE" is incompatible with other formats');
      }
      flags.add('exponent');
      return;
    case 'L':
    case 'C':
    case 'B':
      throw problems['sql-value']({
        message: `to_char with "${key}" is not supported`,
        hint: "write a sign of currency as a text: '$' || to_char(…)",
      });
    default:
      noteSign(key.toUpperCase(), desc, flags);
  }
}

function noteZero(desc: Noted, flags: Set<Flag>): void {
  if (flags.has('bracket')) throw wrong('"0" must be ahead of "PR"');
  if (flags.has('decimal')) desc.behind += 1;
  else {
    desc.before += 1;
    desc.zeroStart ??= desc.before;
  }
  desc.zeroEnd = desc.before + desc.behind;
}

function noteSign(key: string, desc: Noted, flags: Set<Flag>): void {
  switch (key) {
    case 'S':
      if (flags.has('sign')) throw wrong('cannot use "S" twice');
      if (flags.has('plus') || flags.has('minus') || flags.has('bracket')) {
        throw wrong('cannot use "S" and "PL"/"MI"/"SG"/"PR" together');
      }
      flags.add('sign');
      desc.signAt = flags.has('decimal') ? 'behind' : 'before';
      desc.signBefore = desc.before;
      return;
    case 'PR':
      if (flags.has('sign') || flags.has('plus') || flags.has('minus')) {
        throw wrong('cannot use "PR" and "S"/"PL"/"MI"/"SG" together');
      }
      flags.add('bracket');
      return;
    case 'MI':
    case 'PL':
    case 'SG':
      if (flags.has('sign')) throw wrong(`cannot use "S" and "${key}" together`);
      if (key !== 'PL') flags.add('minus');
      if (key !== 'MI') flags.add('plus');
      return;
    default:
      return;
  }
}

/** Keys, and the texts between them; what is in double quotes is a text. */
function partsOf(format: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < format.length) {
    const key = KEYS.find((one) => format.startsWith(one, at));
    if (key) {
      parts.push({kind: 'key', key});
      at += key.length;
    } else {
      const {text, end} = textAt(format, at);
      parts.push({kind: 'text', text});
      at = end;
    }
  }
  return parts;
}

/** A character, or a text in quotes, where a backslash keeps the next character's meaning. */
export function textAt(format: string, start: number): {text: string; end: number} {
  if (format[start] !== '"') {
    const quoted = format[start] === '\\' && format[start + 1] === '"';
    const at = quoted ? start + 1 : start;
    const text = String.fromCodePoint(format.codePointAt(at) ?? 0);
    return {text, end: at + text.length};
  }
  let text = '';
  let at = start + 1;
  while (at < format.length && format[at] !== '"') {
    if (format[at] === '\\' && at + 1 < format.length) at += 1;
    text += format[at];
    at += 1;
  }
  return {text, end: at + 1};
}
