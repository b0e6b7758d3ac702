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
  #ended = false;

  constructor(
    format: NumberFormat,
    number: string,
    {negative, blanks}: {negative: boolean; blanks: number},
  ) {
    const {flags, zeroStart, before, behind} = format;
    this.#format = format;
    this.#number = number;
    this.#negative = negative;
    this.#blanks = blanks;
    this.#zeroStart = zeroStart === undefined ? undefined : zeroStart - 1;
    const apart = flags.has('plus') || flags.has('minus');
    this.#bracket = flags.has('bracket') && (apart || negative || !flags.has('fill'));
    const silent = !negative && flags.has('fill') && !flags.has('sign');
    this.#signWritten = apart ? flags.has('minus') : silent;
    const moved = format.signAt === 'before' && before === format.signBefore && !apart;
    this.#signAt = moved ? 'behind' : format.signAt;
    this.#last = this.#lastFigure();
    this.#count = before + behind - 1 + Number(!this.#signWritten && blanks === 0);
  }

  #lastFigure(): number | undefined {
    const {flags, zeroEnd} = this.#format;
    if (!flags.has('fill') || !flags.has('decimal')) return undefined;
    const point = this.#number.indexOf('.');
    if (point < 0) return undefined;
    let last = this.#number.length - 1;
    while (last > point && this.#number[last] === '0') last -= 1;
    if (zeroEnd <= this.#blanks) return last;
    return Math.max(last, Math.min(this.#number.length - 1, zeroEnd - this.#blanks));
  }

  #put(text: string): void {
    if (!this.#ended) this.output += text;
  }

  write(part: Part): void {
    if (part.kind === 'text') {
      this.#put(part.text);
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
        this.#put(this.#inNumber ? ',' : blank);
        return;
      case 'TH':
        if (this.#number[0] === '#' || this.#negative || this.#format.flags.has('decimal')) return;
        this.#put(ordinal(this.#number, {upper: part.key === 'TH'}));
        return;
      case 'MI':
        this.#put(this.#negative ? '-' : blank);
        return;
      case 'PL':
        this.#put(this.#negative ? blank : '+');
        return;
      case 'SG':
        this.#put(this.#negative ? '-' : '+');
        return;
      default:
        return;
    }
  }

  #figure(key: string): void {
    this.#inNumber = false;
    const {flags} = this.#format;
    const fill = flags.has('fill');
    this.#sign(fill);
    const inBlanks = this.#place < this.#blanks;
    if (inBlanks && (this.#zeroStart ?? this.#blanks) > this.#place) {
      if (!fill) this.#put(' ');
    } else if (inBlanks) {
      this.#put('0');
      this.#inNumber = true;
    } else {
      this.#digit(key, fill);
      if (this.#at < this.#number.length) this.#at += 1;
    }
    this.#closing();
    this.#place += 1;
  }

  #sign(fill: boolean): void {
    const reached = this.#place >= this.#blanks || this.#zeroStart === this.#place;
    const empty = this.#isBlankZero() && this.#lastSign() !== '.';
    if (this.#signWritten || !reached || empty) return;
    if (this.#format.flags.has('sign')) {
      if (this.#signAt !== 'before') return;
      this.#put(this.#negative ? '-' : '+');
    } else if (this.#bracket) this.#put(this.#negative ? '<' : ' ');
    else if (this.#negative) this.#put('-');
    else if (!fill) this.#put(' ');
    this.#signWritten = true;
  }

  #lastSign(): string | undefined {
    return this.#last === undefined ? undefined : this.#number[this.#last];
  }

  /** `9.9` of 0.1 is ` .1`: the zero before the point is not written. */
  #isBlankZero(): boolean {
    const {zeroStart, behind} = this.#format;
    return zeroStart === undefined && this.#at === 0 && this.#number[0] === '0' && behind !== 0;
  }

  #digit(key: string, fill: boolean): void {
    const sign = this.#number[this.#at];
    if (sign === '.') {
      this.#put('.');
    } else if (this.#last !== undefined && this.#at > this.#last && key !== '0') {
      return;
    } else if (this.#isBlankZero()) {
      if (!fill) this.#put(' ');
      else if (this.#lastSign() === '.') this.#put('0');
    } else {
      // Behind the figures stands the end of Postgres's text: what follows is not seen.
      if (sign === undefined) this.#ended = true;
      this.#put(sign ?? '');
      this.#inNumber = true;
    }
  }

  /** What stands behind the last figure: a bracket, or the sign. */
  #closing(): void {
    const {flags} = this.#format;
    const whole = this.#count + Number(this.#blanks > 0) + Number(flags.has('decimal'));
    const end = this.#last !== undefined && this.#last === this.#at ? this.#place : whole;
    if (this.#place + 1 !== end) return;
    if (this.#signWritten && this.#bracket) this.#put(this.#negative ? '>' : ' ');
    else if (flags.has('sign') && this.#signAt === 'behind') {
      this.#put(this.#negative ? '-' : '+');
    }
  }
}
