import type {Place} from '../lib/problem.ts';
import type {Turn} from './query-place.ts';

export interface Written {
  /** As it stands in the file, without its quotes. */
  readonly raw: string;
  /** What it says. */
  readonly text: string;
  readonly quotes: '"' | "'" | undefined;
  /** The place in the file of an offset in `raw`. */
  readonly placeOf: (offset: number) => Place;
}

/**
 * Where a text goes on elsewhere in the file than where it goes on in itself: after lines
 * that YAML folds into one, after escapes and doubled quotes. Only what is no blank is
 * looked at: of blanks and line ends YAML makes others, of all else nothing but what is
 * escaped, in the same order.
 */
export function textTurns({raw, text, quotes, placeOf}: Written): readonly Turn[] {
  const turns: Turn[] = [];
  let from = 0;
  let line = 1;
  let begin = 0;
  let turned = '';
  for (const {index, 0: word} of text.matchAll(/\r\n|\n|\r|\S/gu)) {
    if (/[\r\n]/.test(word)) {
      line += 1;
      begin = index + word.length;
      continue;
    }
    const found = shownFrom(raw, from, quotes);
    from = found.end;
    const place = placeOf(found.start);
    const column = index - begin + 1;
    const turn = `${line} ${place.line} ${place.column - column}`;
    if (turn !== turned) turns.push({line, column, at: {line: place.line, column: place.column}});
    turned = turn;
  }
  return turns;
}

/** The next character that is no blank, as it is written. */
function shownFrom(raw: string, from: number, quotes: Written['quotes']) {
  let start = from;
  let length = writtenLength(raw, start, quotes);
  while (start < raw.length && isBlank(raw.slice(start, start + length), quotes)) {
    start += length;
    length = writtenLength(raw, start, quotes);
  }
  return {start, end: start + length};
}

/** Of one character: of an escape, or of a quote within quotes, which is written twice. */
function writtenLength(raw: string, at: number, quotes: Written['quotes']): number {
  if (quotes === '"' && raw[at] === '\\') return escapeLength(raw, at);
  if (quotes === "'" && raw[at] === "'") return 2;
  return (raw.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function escapeLength(raw: string, at: number): number {
  const digits = {x: 2, u: 4, U: 8}[raw[at + 1] ?? ''] ?? 0;
  return 2 + digits;
}

/** A blank, as itself or escaped. */
function isBlank(written: string, quotes: Written['quotes']): boolean {
  if (quotes !== '"' || !written.startsWith('\\')) return /^\s$/.test(written);
  const code = /^\\[xuU]([\da-fA-F]+)$/.exec(written)?.[1];
  if (code === undefined) return /^\\[\sntrvf_LP]$/.test(written);
  return /^\s$/.test(String.fromCodePoint(Number.parseInt(code, 16)));
}
