import {commentAt, tokenEnd} from './tokens.ts';

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
