/**
 * How deep Postgres's grammar may have to go into a text, at most. It counts what nests:
 * parentheses, and operators one behind the other (`1 + 1 + 1`, `NOT NOT a`, `a UNION b`),
 * which AND, OR and commas end, as these are lists to the grammar; and comments, of which
 * the lexer reads all that follows again for each that begins within another.
 *
 * The grammar runs in WebAssembly, on a stack that it does not look after: a text that is
 * too deep would end it for every later query, so it has to be refused before.
 */
export function depthOf(text: string): number {
  /** Of each open parenthesis: the operators in front of what stands there now. */
  const levels: number[] = [];
  let here = 0;
  let around = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; ) {
    const comment = text.startsWith('/*', at) ? commentAt(text, at) : undefined;
    deepest = Math.max(deepest, comment?.depth ?? 0);
    const end = comment?.end ?? tokenEnd(text, at);
    const token = text.slice(at, end);
    at = end;
    if (token === '(' || token === '[') {
      levels.push(here);
      around += here + 1;
      here = 0;
    } else if (token === ')' || token === ']') {
      here = levels.pop() ?? 0;
      around = Math.max(0, around - here - 1);
    } else if (SIBLINGS.test(token)) here = 0;
    else if (NESTS.test(token)) here += 1;
    deepest = Math.max(deepest, around + here);
  }
  return deepest;
}

const SIBLINGS = /^(?:,|;|and|or)$/i;
/** Operators, and the words that stand for some or join what comes before and behind. */
const NESTS =
  /^(?:[-+*/<>=~!@#%^&|`?:]+|not|is|isnull|notnull|in|like|ilike|similar|between|collate|at|case|union|intersect|except|join|select|with|any|all|some|overlaps|operator)$/i;

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
function tokenEnd(text: string, at: number): number {
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
function commentAt(text: string, from: number): {readonly end: number; readonly depth: number} {
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
