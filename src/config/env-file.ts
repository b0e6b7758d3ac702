import type {Problem} from '../lib/problem.ts';
import {fileLimits} from './config.ts';
import {problems} from './problems.ts';

/** Where an assignment's value begins: `NAME=`, with or without `export`. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/;
const ESCAPES: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t'};

/**
 * The variables of a `.env` file: `NAME=value` a line, comments from `#`, `export` allowed.
 * 'Single quotes' keep all as it is; "double quotes" know \n \r \t \" \\ \$; both may go
 * over several lines. Unquoted, the value ends at ` #`. Nothing is expanded. No problem
 * quotes the file.
 */
export function parseEnvFile(
  text: string,
  file: string,
  report: (problem: Problem) => void,
): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  if (text.length > fileLimits.characters) {
    const facts = {what: 'characters', found: text.length, max: fileLimits.characters};
    report(problems['config-too-large'](facts, {place: {file, line: 1, column: 1}}));
    return variables;
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (/^[ \t]*(?:#.*)?$/.test(line)) continue;
    const place = {file, line: index + 1, column: 1};
    const assignment = ASSIGNMENT.exec(line);
    if (!assignment) {
      report(problems['env-file-syntax']({reason: 'it does not begin with NAME='}, {place}));
      continue;
    }
    const value = valueAt(lines, index, assignment[0].length);
    if ('reason' in value) report(problems['env-file-syntax']({reason: value.reason}, {place}));
    else variables[assignment[1]!] = value.text;
    index = value.endLine;
  }
  return variables;
}

type Value = {endLine: number} & ({text: string} | {reason: string});

function valueAt(lines: readonly string[], startLine: number, column: number): Value {
  const rest = lines[startLine]!.slice(column);
  const quote = rest[0];
  if (quote !== '"' && quote !== "'") {
    return {endLine: startLine, text: rest.replace(/(?:^|[ \t])#.*$/, '').trim()};
  }
  let text = '';
  for (let index = startLine; index < lines.length; index++) {
    const line = index === startLine ? rest.slice(1) : lines[index]!;
    const read = untilQuote(line, quote);
    text += read.text;
    if (read.rest === undefined) text += '\n';
    else if (/^[ \t]*(?:#.*)?$/.test(read.rest)) return {endLine: index, text};
    else return {endLine: index, reason: 'something stands behind the closing quote'};
  }
  return {endLine: startLine, reason: 'a quote is not closed'};
}

/** The text up to the closing quote, and what is behind it; `rest` is undefined without one. */
function untilQuote(line: string, quote: '"' | "'"): {text: string; rest: string | undefined} {
  let text = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === quote) return {text, rest: line.slice(at + 1)};
    if (character === '\\' && quote === '"' && at + 1 < line.length) {
      const escaped = line[++at]!;
      const known = ESCAPES[escaped] ?? (/["\\$]/.test(escaped) ? escaped : undefined);
      text += known ?? `\\${escaped}`;
    } else text += character;
  }
  return {text, rest: undefined};
}
