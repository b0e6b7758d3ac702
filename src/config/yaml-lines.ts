import {shown} from './shown.ts';
import type {YamlReason} from './yaml-reasons.ts';

/** What is wrong, and where: the line that is at fault may stand above. */
export interface YamlMistake extends YamlReason {
  readonly offset: number;
}

/** A line of the file as it looks, whatever it is to the parser. Columns count from 0. */
interface Line {
  readonly start: number;
  /** Of its first character that is no blank. */
  readonly indent: number;
  /** Of what stands behind the dashes. */
  readonly keyColumn: number;
  /** Undefined where no colon with a blank behind it ends one. */
  readonly key: string | undefined;
  readonly value: string;
  readonly valueColumn: number;
}

/**
 * What the lines around the place at which the parser stopped say plainly: a parser takes a
 * mistake for something else as long as it can, and stops further down. Undefined where
 * nothing is plain.
 */
export function lineMistake(said: string, text: string, position: number): YamlMistake | undefined {
  const lines = linesUpTo(text, position);
  const [line, above] = lines.toReversed();
  if (!line) return undefined;
  if (/^name of an (?:alias|anchor)/.test(said)) {
    const reason = 'a text that begins with * or & is not in quotes';
    return {reason, hint: 'put quotes around the text', offset: position - 1};
  }
  if (said.startsWith('deficient indentation')) return unclosed(lines.slice(0, -1));
  const outside = outOfBlock(lines);
  if (outside) return outside;
  if (said.startsWith('bad indentation')) {
    const goesOn = position === line.start + line.valueColumn - 1 || text[position] === ':';
    return behindValue(line, position) ?? (goesOn ? continued(line, above, position) : undefined);
  }
  return NO_KEY.test(said) ? noKey(line, above) : undefined;
}

const NO_KEY = /^can not read a block mapping|^expected ':'|^a whitespace character is expected/;

const LINE =
  /^(?<indent> *)(?<dashes>(?:- +)*)(?<colon>(?<key>"[^"]*"|'[^']*'|[^\s#'"[\]{}:][^:#]*):(?:\s+|$))?(?<value>.*)$/;

/** The lines down to that of an offset, but for comments and empty ones above it. */
function linesUpTo(text: string, offset: number): readonly Line[] {
  const found: Line[] = [];
  for (let start = 0; start <= offset; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const {groups = {}} = LINE.exec(text.slice(start, end).trimEnd()) ?? {};
    const {indent = '', dashes = '', colon = '', key, value = ''} = groups;
    const keyColumn = indent.length + dashes.length;
    const valueColumn = keyColumn + colon.length;
    const empty = key === undefined && (value === '' || value.startsWith('#'));
    if (!empty || end >= offset) {
      found.push({
        start,
        indent: indent.length,
        keyColumn,
        key: key?.trimEnd(),
        value,
        valueColumn,
      });
    }
    start = end + 1;
  }
  return found;
}

const named = ({key = ''}: Line): string => shown(key);

const CLOSING: Readonly<Record<string, string>> = {'"': '"', "'": "'", '[': ']', '{': '}'};

/** A quote or bracket that opens a value above and does not end. */
function unclosed(above: readonly Line[]): YamlMistake | undefined {
  const line = above.findLast(({value, key}) => key !== undefined || (value[0] ?? '') in CLOSING);
  const closing = CLOSING[line?.value[0] ?? ''];
  if (!line || closing === undefined) return undefined;
  const quote = /["']/.test(closing);
  const what = quote ? 'a text in quotes' : 'a list or map in brackets';
  return {
    reason: `${what} does not end, or goes on at the beginning of a line`,
    hint: `close the ${quote ? 'quote' : 'bracket'} with ${closing}, and indent what goes on further lines`,
    offset: line.start + line.valueColumn,
  };
}

/** A line of the text below `key: |` that stands too far left, and so belongs to it no more. */
function outOfBlock(lines: readonly Line[]): YamlMistake | undefined {
  const at = lines.slice(0, -1).findLastIndex(({key, value}) => key && /^[|>][-+\d]*$/.test(value));
  const opening = lines[at];
  const first = opening && lines.slice(at + 1).find(({indent}) => indent <= opening.keyColumn);
  if (!first || first.key !== undefined || first.keyColumn > first.indent) return undefined;
  return {
    reason: `a line of the text below "${named(opening)}: |" is not indented`,
    hint: `indent every line of that text deeper than "${named(opening)}"`,
    offset: first.start + first.indent,
  };
}

/** What stands behind a quote or bracket that ends a value, or that seemed to begin one. */
function behindValue(line: Line, position: number): YamlMistake | undefined {
  const {value, start, valueColumn} = line;
  const at = start + valueColumn;
  if (position <= at) return undefined;
  if (/^[[{]/.test(value)) {
    const hint = `put quotes around the text: '${value[0]}…'`;
    return {reason: `a text that begins with ${value[0]} is not in quotes`, hint, offset: at};
  }
  if (!/^["']/.test(value)) return undefined;
  const reason = 'something stands behind the quote that ends a text';
  const hint =
    'double a quote that is part of the text, or write the text on the lines below "key: |"';
  return {reason, hint, offset: position};
}

/** A line that was taken for more of the text above it. */
function continued(line: Line, above: Line | undefined, position: number): YamlMistake | undefined {
  const ownKey = line.key !== undefined && position < line.start + line.valueColumn;
  if (!above || !ownKey) return undefined;
  const key = above.start + above.keyColumn;
  if (above.keyColumn === above.indent && /^-[^\s-]/.test(`${above.key ?? above.value}`)) {
    const hint = 'write "- " with a blank before each item of a list';
    return {reason: 'a "-" has no blank behind it', hint, offset: key};
  }
  const glued = above.key === undefined ? /^[\w-]+(?=:[^\s/])/.exec(above.value)?.[0] : undefined;
  if (glued !== undefined) {
    const hint = `write "${shown(glued)}: …", with a blank behind the colon`;
    return {reason: 'a ":" has no blank behind it', hint, offset: key + glued.length};
  }
  if (above.key === undefined || line.indent <= above.keyColumn) return undefined;
  return {
    reason: `"${named(line)}" stands deeper than "${named(above)}", as if it went on with its text`,
    hint: `begin "${named(line)}" in the column in which "${named(above)}" begins`,
    offset: line.start + line.keyColumn,
  };
}

/** A line without a colon: that of the place, or the one above it that has things below it. */
function noKey(line: Line, above: Line | undefined): YamlMistake | undefined {
  const isText = ({key, indent, keyColumn}: Line): boolean =>
    key === undefined && keyColumn === indent;
  const at = isText(line) ? line : above && isText(above) ? above : undefined;
  if (!at) return undefined;
  return {
    reason: 'a line is no key with its value',
    hint: 'write "key: value", with a blank behind the colon; a text of several lines stands below "key: |", indented',
    offset: at.start + at.indent,
  };
}
