import type {Expr} from '../ast.ts';
import {type Token, tokens} from '../lexer.ts';
import {problems} from '../problems.ts';
import {placeOf, type Span} from '../text.ts';

/** How deeply brackets may nest. */
export const DEPTH_MAX = 200;

/**
 * Words that cannot name a variable without backticks: they begin clauses, or stand
 * between operands. As keys, labels and functions they are names like any other.
 */
const RESERVED = new Set(
  `AND AS ASC ASCENDING CASE CONTAINS CREATE DELETE DESC DESCENDING DETACH DISTINCT ELSE END ENDS
  FALSE FOREACH IN IS LIMIT MATCH MERGE NOT NULL OPTIONAL OR ORDER REMOVE RETURN SET SKIP STARTS
  THEN TRUE UNION UNWIND WHEN WHERE WITH XOR`.split(/\s+/),
);

/**
 * Parses an expression, or goes on with one whose first operand is parsed already. It is
 * handed down, since the grammar is a circle and files are not.
 */
export type ParseExpression = (cursor: Cursor, first?: Expr) => Expr;

/** A place among the tokens of a query, and what every parser asks of it. */
export class Cursor {
  readonly text: string;
  /** Whether GQL's clauses are admitted besides openCypher's. */
  readonly gql: boolean;
  readonly #tokens: readonly Token[];
  /** For each opening bracket, the position of its partner; undefined where it has none. */
  readonly #partners: ReadonlyMap<number, number>;
  #position = 0;
  #depth = 0;
  #barEnds = false;

  constructor(text: string, {gql}: {gql: boolean}) {
    this.text = text;
    this.gql = gql;
    this.#tokens = tokens(text);
    this.#partners = partners(this.#tokens);
  }

  /** The token `ahead` of the current one; past the last it is the end. */
  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    const token = this.#tokens[Math.min(this.#position + ahead, last)];
    if (!token) throw new Error('a query has an end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  /** The last token taken, as it is written; undefined at the beginning. */
  textBefore(): string | undefined {
    const token = this.#tokens[this.#position - 1];
    return token && describe(this.text, token).slice(1, -1);
  }

  /** The word that stands here; empty where it is something else. */
  wordHere(): string {
    const token = this.peek();
    return token.kind === 'word' ? token.text : '';
  }

  /** Where the last token taken ended. */
  get end(): number {
    return this.#tokens[this.#position - 1]?.end ?? 0;
  }

  /** How many tokens ahead the partner of the bracket stands that is `ahead` of here. */
  partner(ahead: number): number | undefined {
    const at = this.#partners.get(this.#position + ahead);
    return at === undefined ? undefined : at - this.#position;
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#position + ahead];
    return token?.kind === 'symbol' && token.text === text;
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#position += 1;
    return true;
  }

  /** Takes the words, if they all stand here. */
  takeWords(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.isWord(word, i))) return false;
    this.#position += words.length;
    return true;
  }

  expectSymbol(text: string, hint?: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected(`"${text}"`, hint);
  }

  /** The comma between two parts of a list or map that is not closed yet. */
  expectComma(closing: string, of: 'list' | 'map'): void {
    if (this.takeSymbol(',')) return;
    throw this.unexpected(`"," or "${closing}"`, `close the ${of} with ${closing}`);
  }

  expectWord(word: string, hint?: string): void {
    if (!this.takeWords(word)) throw this.unexpected(word, hint);
  }

  /** A name where any word will do: a key, a label, a function. */
  anyName(what: string, hint?: string): {readonly name: string; readonly span: Span} {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'name') throw this.unexpected(what, hint);
    this.#position += 1;
    return {name: token.text, span: {start: token.start, end: token.end}};
  }

  /** Whether a variable can stand `ahead` of here. */
  isVariable(ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === 'name') return true;
    return token.kind === 'word' && !RESERVED.has(token.text.toUpperCase());
  }

  /** Whether the query gives the name to something, in AS, LET, FOR, a pattern or a body. */
  isVariableNamed(name: string): boolean {
    return this.#tokens.some((token, i) => {
      if (!('text' in token) || token.text !== name) return false;
      const [before, after] = [this.#wordAt(i - 1), this.#wordAt(i + 1)];
      return ['AS', 'LET', 'FOR'].includes(before) || after === 'IN' || before + after === '(:';
    });
  }

  #wordAt(index: number): string {
    const token = this.#tokens[index];
    return token && 'text' in token ? token.text.toUpperCase() : '';
  }

  variable(what = 'a variable', hint?: string): {readonly name: string; readonly span: Span} {
    if (this.isVariable()) return this.anyName(what);
    const reserved = this.peek().kind === 'word';
    const own = reserved ? 'put the word in backticks to use it as a name' : undefined;
    throw this.unexpected(what, hint ?? own);
  }

  /** Runs `parse` one level deeper; refuses where that is too deep. */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) {
      const place = placeOf(this.text, this.peek());
      const facts = {what: 'nests too deeply', limit: DEPTH_MAX, unit: 'levels'};
      throw problems['cypher-limit'](facts, {place});
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** Whether a bar ends what is being read, as in `[x IN list WHERE p | e]`. */
  get barEnds(): boolean {
    return this.#barEnds;
  }

  /** Runs `parse` where a bar ends what it reads, or where it does not. */
  untilBar<T>(ends: boolean, parse: () => T): T {
    const before = this.#barEnds;
    this.#barEnds = ends;
    const result = parse();
    this.#barEnds = before;
    return result;
  }

  unexpected(expected: string, hint?: string): Error {
    const token = this.peek();
    const at = placeOf(this.text, token);
    const found = describe(this.text, token);
    return problems['cypher-syntax']({found, expected, hint}, {place: at});
  }

  /** A span from `start` to the end of the last token taken. */
  spanFrom(start: number): Span {
    return {start, end: this.end};
  }
}

function describe(text: string, token: Token): string {
  if (token.kind === 'end') return 'the end of the query';
  const written = text.slice(token.start, token.end);
  return written.length > 40 ? `"${written.slice(0, 40)}…"` : `"${written}"`;
}

const CLOSING: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'};

function partners(all: readonly Token[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const open: {at: number; closing: string}[] = [];
  for (const [at, token] of all.entries()) {
    if (token.kind !== 'symbol') continue;
    const closing = CLOSING[token.text];
    if (closing !== undefined) open.push({at, closing});
    else if (open.at(-1)?.closing === token.text) found.set(open.pop()?.at ?? 0, at);
  }
  return found;
}
