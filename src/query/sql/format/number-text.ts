import type {NumberFormat, Part} from './number-format.ts';
import {ordinal} from './ordinal.ts';

/** A number's figures: without a sign, as many behind the point as the format asks for. */
export interface Figures {
  readonly text: string;
  readonly negative: boolean;
}

/**
 * to_char of a number. It follows Postgres's NUM_processor (formatting.c) step by step: where
 * blanks, signs and zeros fall is defined by nothing but it.
 */
export function numberText(format: NumberFormat, {text, negative}: Figures): string {
  const before = format.before + format.shift;
  const whole = text.indexOf('.') < 0 ? text.length : text.indexOf('.');
  const fits = whole <= before;
  const number = fits ? text : `${'#'.repeat(before)}.${'#'.repeat(format.behind)}`;
  const writer = new Writer({...format, before}, number, {
    negative,
    blanks: fits ? before - whole : 0,
  });
  for (const part of format.parts) writer.write(part);
  return writer.output;
}

/** What is written of one number, and how far it has come. */
class Writer {
  output = '';
  readonly #format: NumberFormat;
  readonly #number: string;
  readonly #negative: boolean;
  readonly #blanks: number;
  readonly #zeroStart: number | undefined;
  /** FM: the last figure that is written, where there is a point. */
  readonly #last: number | undefined;
  readonly #count: number;
  #signAt: NumberFormat['signAt'];
  #signWritten: boolean;
  #bracket: boolean;
  /** The next figure, and the next place of the format. */
  #at = 0;
  #place = 0;
  #inNumber = false;

  constructor(
    format: NumberFormat,
    number: string,
    {negative, blanks}: {negative: boolean; blanks: number},
  ) {
    const {flags, zeros, before, behind} = format;
    this.#format = format;
    this.#number = number;
    this.#negative = negative;
    this.#blanks = blanks;
    this.#zeroStart = zeros && Math.max(zeros.start - 1, 0);
    this.#bracket = flags.has('bracket') && (negative || !flags.has('fill'));
    const apart = flags.has('plus') || flags.has('minus');
    const silent = !negative && flags.has('fill') && !flags.has('sign');
    this.#signWritten = apart ? flags.has('minus') : silent;
    const moved = format.signAt === 'before' && before === format.signBefore && !apart;
    this.#signAt = moved ? 'behind' : format.signAt;
    this.#last = this.#lastFigure();
    this.#count = before + behind - 1 + Number(!this.#signWritten && blanks === 0);
  }

  #lastFigure(): number | undefined {
    const {flags, zeros} = this.#format;
    if (!flags.has('fill') || !flags.has('decimal')) return undefined;
    const point = this.#number.indexOf('.');
    if (point < 0) return undefined;
    let last = this.#number.length - 1;
    while (last > point && this.#number[last] === '0') last -= 1;
    const end = zeros?.end ?? 0;
    if (end <= this.#blanks) return last;
    return Math.max(last, Math.min(this.#number.length - 1, end - this.#blanks));
  }

  write(part: Part): void {
    if (part.kind === 'text') {
      this.output += part.text;
      return;
    }
    const fill = this.#format.flags.has('fill');
    const blank = fill ? '' : ' ';
    switch (part.key.toUpperCase()) {
      case '9':
      case '0':
      case '.':
      case 'D':
        this.#figure(part.key);
        return;
      case ',':
      case 'G':
        this.output += this.#inNumber ? ',' : blank;
        return;
      case 'TH':
        if (this.#number[0] === '#' || this.#negative || this.#format.flags.has('decimal')) return;
        this.output += ordinal(this.#number, {upper: part.key === 'TH'});
        return;
      case 'MI':
        this.output += this.#negative ? '-' : blank;
        return;
      case 'PL':
        this.output += this.#negative ? blank : '+';
        return;
      case 'SG':
        this.output += this.#negative ? '-' : '+';
        return;
      default:
        return;
    }
  }

  #figure(key: string): void {
    this.#inNumber = false;
    const {flags, zeros} = this.#format;
    const fill = flags.has('fill');
    this.#sign(fill);
    const inBlanks = this.#place < this.#blanks;
    if (inBlanks && (zeros === undefined || (this.#zeroStart ?? 0) > this.#place)) {
      if (!fill) this.output += ' ';
    } else if (inBlanks) {
      this.output += '0';
      this.#inNumber = true;
    } else {
      this.#digit(key, fill);
      if (this.#at < this.#number.length) this.#at += 1;
    }
    this.#closing();
    this.#place += 1;
  }

  #sign(fill: boolean): void {
    const reached =
      this.#place >= this.#blanks ||
      (this.#format.zeros !== undefined && this.#zeroStart === this.#place);
    const empty = this.#isBlankZero() && this.#lastSign() !== '.';
    if (this.#signWritten || !reached || empty) return;
    if (this.#format.flags.has('sign')) {
      if (this.#signAt !== 'before') return;
      this.output += this.#negative ? '-' : '+';
    } else if (this.#bracket) this.output += this.#negative ? '<' : ' ';
    else if (this.#negative) this.output += '-';
    else if (!fill) this.output += ' ';
    this.#signWritten = true;
  }

  #lastSign(): string | undefined {
    return this.#last === undefined ? undefined : this.#number[this.#last];
  }

  /** `9.9` of 0.1 is ` .1`: the zero before the point is not written. */
  #isBlankZero(): boolean {
    const {zeros, behind} = this.#format;
    return zeros === undefined && this.#at === 0 && this.#number[0] === '0' && behind !== 0;
  }

  #digit(key: string, fill: boolean): void {
    const sign = this.#number[this.#at];
    if (sign === '.') {
      this.output += '.';
    } else if (this.#last !== undefined && this.#at > this.#last && key !== '0') {
      return;
    } else if (this.#isBlankZero()) {
      if (!fill) this.output += ' ';
      else if (this.#lastSign() === '.') this.output += '0';
    } else if (sign !== undefined) {
      this.output += sign;
      this.#inNumber = true;
    }
  }

  /** What stands behind the last figure: a bracket, or the sign. */
  #closing(): void {
    const {flags} = this.#format;
    const whole = this.#count + Number(this.#blanks > 0) + Number(flags.has('decimal'));
    const end = this.#last !== undefined && this.#last === this.#at ? this.#place : whole;
    if (this.#place + 1 !== end) return;
    if (this.#signWritten && this.#bracket) this.output += this.#negative ? '>' : ' ';
    else if (flags.has('sign') && this.#signAt === 'behind') {
      this.output += this.#negative ? '-' : '+';
    }
  }
}
