/** A piece of a text in SQL, and where it begins, in UTF-16 units. */
export interface Token {
  readonly text: string;
  readonly start: number;
}

/** The tokens of a text, but for blanks and comments. What no token is stands as one letter. */
export function sqlTokens(text: string): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const end = text.startsWith('/*', at) ? commentAt(text, at).end : tokenEnd(text, at);
    const token = text.slice(at, end);
    if (!/^(?:\s|--|\/\*)/.test(token)) found.push({text: token, start: at});
    at = end;
  }
  return found;
}

// Sticky: each matches at `lastIndex` and nowhere else.
const TOKENS = [
  /--[^\n\r]*/y,
  /[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'?/y,
  /'[^']*(?:''[^']*)*'?/y,
  /"[^"]*(?:""[^"]*)*"?/y,
  /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y,
  /\s+/y,
  /[\d.]+/y,
];
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
/** A comment may begin within what looks like an operator. */
const OPERATOR = /(?:(?!--|\/\*)[-+*/<>=~!@#%^&|`?:])+/y;

/** Where the token at `at` ends, which is no comment between marks. */
export function tokenEnd(text: string, at: number): number {
  const tag = matched(DOLLAR, text, at);
  if (tag > at) {
    const mark = text.slice(at, tag);
    const close = text.indexOf(mark, tag);
    return close < 0 ? text.length : close + mark.length;
  }
  for (const token of TOKENS) {
    const end = matched(token, text, at);
    if (end > at) return end;
  }
  return Math.max(matched(OPERATOR, text, at), at + 1);
}

/** Postgres's comments nest: where one ends, and how deep it goes. */
export function commentAt(
  text: string,
  from: number,
): {readonly end: number; readonly depth: number} {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 0;
  for (let open = 0, found = mark.exec(text); found; found = mark.exec(text)) {
    open += found[0] === '/*' ? 1 : -1;
    depth = Math.max(depth, open);
    if (open === 0) return {end: mark.lastIndex, depth};
  }
  return {end: text.length, depth};
}

function matched(token: RegExp, text: string, at: number): number {
  token.lastIndex = at;
  return token.test(text) ? token.lastIndex : at;
}
