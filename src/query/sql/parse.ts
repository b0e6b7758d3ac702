import {parseSync, type SqlError} from 'libpg-query';
import {type Place, Problems} from '../../lib/problem.ts';
import type {SelectStmt} from './ast.ts';
import {depthOf} from './depth.ts';
import {problems} from './problems.ts';
import {syntaxHint} from './syntax-hints.ts';

/** A text longer than this is no query that somebody wrote. */
const LENGTH_MAX = 100_000;
/** A third of what Postgres's grammar was seen to survive in Node's stack. */
const DEPTH_MAX = 500;

/**
 * Parses one SELECT with Postgres's own grammar. Throws Problems where the text is none.
 * The parser must have been loaded: see `pipeline/sql-parser.ts`.
 */
export function parseSql(text: string): SelectStmt {
  if (text.length > LENGTH_MAX) {
    throw refused(text, 0, `a query has at most ${LENGTH_MAX} characters`);
  }
  // The parser is a C program: to it, the text would end there.
  const nul = text.indexOf('\0');
  if (nul >= 0) throw syntaxError(text, 'the character U+0000 stands in it', nul);
  if (depthOf(text) > DEPTH_MAX) throw tooDeep();
  const statements = text.trim() === '' ? [] : parsed(text);
  const [first, second] = statements;
  if (!first?.stmt) throw refused(text, 0, 'the text holds no query');
  if (second) throw refused(text, second.stmt_location ?? 0, 'a query is one statement');
  if (!('SelectStmt' in first.stmt)) {
    throw refused(text, first.stmt_location ?? 0, 'a continuous query only reads');
  }
  return first.stmt.SelectStmt;
}

const refused = (text: string, location: number, message: string): Problems =>
  new Problems([
    problems['sql-statement'](
      {message, hint: 'keep one SELECT, and change the data in Postgres'},
      {place: placeAt(text, location)},
    ),
  ]);

function syntaxError(text: string, said: string, position: number): Problems {
  // The rest of the text, which is what it is near to, says nothing.
  const message = said.replace(/^(unterminated .*?) at or near [\s\S]*/, '$1');
  const {hint, at = position} = syntaxHint(text, message, position);
  return new Problems([problems['sql-syntax']({message, hint}, {place: placeOf(text, at)})]);
}

const tooDeep = (): Problems =>
  new Problems([problems['sql-too-deep']({max: DEPTH_MAX}, {place: {line: 1, column: 1}})]);

function parsed(text: string) {
  try {
    return parseSync(text).stmts ?? [];
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    const {message, sqlDetails} = error as SqlError;
    if (!sqlDetails) throw error;
    throw syntaxError(text, message, unitsOf(text, sqlDetails.cursorPosition));
  }
}

/** So many characters, as Postgres counts them, in UTF-16 units. */
function unitsOf(text: string, characters: number): number {
  let units = 0;
  for (let left = characters; left > 0 && units < text.length; left--) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

/** The line and column, from 1, of a byte of the text. */
export function placeAt(text: string, byte: number): Place {
  if (byte <= 0) return {line: 1, column: 1};
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    if (bytes >= byte) break;
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += character.length;
  }
  return placeOf(text, at);
}

/** The line and column of a position in UTF-16 units. CRLF, LF and CR each end a line. */
function placeOf(text: string, position: number): Place {
  const lines = text.slice(0, position).split(/\r\n|\n|\r/);
  return {line: lines.length, column: (lines.at(-1) ?? '').length + 1};
}
