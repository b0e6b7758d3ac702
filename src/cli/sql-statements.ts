/**
 * Cuts a script into its statements, as psql does: at each semicolon outside of quotes,
 * dollar quotes, comments, parentheses and the body of a function in SQL's own syntax
 * (`BEGIN ATOMIC … END`). Each is then sent alone and so is a transaction of its own;
 * together they would be one, in which a procedure must not commit.
 *
 * Leaves out psql's own commands (`\d`) and its variables.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let within = nesting();
  for (let at = 0; at < script.length; ) {
    const next = afterToken(script, at);
    const token = script.slice(at, next);
    if (token !== ';') within.take(token);
    else if (within.outside) {
      statements.push(script.slice(start, at));
      start = next;
      within = nesting();
    }
    at = next;
  }
  return [...statements, script.slice(start)].map(trimmed).filter((text) => text !== '');
}

/** What a statement has opened and not closed. */
function nesting() {
  const words: string[] = [];
  let parentheses = 0;
  let blocks = 0;

  function takeWord(word: string): void {
    // Its first words alone decide what it is.
    if (words.length < HEAD_WORDS) words.push(word);
    // Elsewhere BEGIN opens a transaction, and CASE … END is one expression.
    if (word === 'begin' && ROUTINE.test(words.join(' '))) blocks += 1;
    else if (word === 'case' && blocks > 0) blocks += 1;
    else if (word === 'end' && blocks > 0) blocks -= 1;
  }

  return {
    get outside() {
      return parentheses <= 0 && blocks === 0;
    },
    take(token: string): void {
      if (token === '(') parentheses += 1;
      else if (token === ')') parentheses -= 1;
      else if (parentheses <= 0 && isWord(token)) takeWord(token.toLowerCase());
    },
  };
}

const HEAD_WORDS = 4;
const ROUTINE = /^create (or replace )?(function|procedure)\b/;
const isWord = (token: string): boolean => match(WORD, token, 0) === token;

// Sticky: each matches at `lastIndex` and nowhere else.
const COMMENT = /--[^\n]*/y;
const ESCAPE_STRING = /[eE]'(?:[^'\\]|\\[\s\S]|'')*'?/y;
const STRING = /'(?:[^']|'')*'?/y;
const NAME = /"(?:[^"]|"")*"?/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;

/** Where what begins at `at` is over. An opened quote that is not closed runs to the end. */
function afterToken(script: string, at: number): number {
  if (script.startsWith('/*', at)) return afterComment(script, at);
  const tag = match(DOLLAR, script, at);
  if (tag !== undefined) {
    const close = script.indexOf(tag, at + tag.length);
    return close < 0 ? script.length : close + tag.length;
  }
  for (const token of [COMMENT, ESCAPE_STRING, STRING, NAME, WORD]) {
    const text = match(token, script, at);
    if (text !== undefined) return at + text.length;
  }
  return at + 1;
}

/** Postgres's comments nest. */
function afterComment(script: string, from: number): number {
  let depth = 0;
  for (let at = from; at < script.length; ) {
    if (script.startsWith('/*', at)) depth++;
    else if (script.startsWith('*/', at)) depth--;
    else {
      at++;
      continue;
    }
    at += 2;
    if (depth === 0) return at;
  }
  return script.length;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Without the space and the line comments around it: a remark alone is no statement. */
function trimmed(statement: string): string {
  return statement.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, '').trimEnd();
}
