import type {Query} from './ast.ts';
import {parseQuery} from './parse/clause.ts';
import {Cursor} from './parse/cursor.ts';

/**
 * Reads a query in openCypher: the whole part of the language that reads. Throws the
 * Problem of the first place at which the text is none.
 */
export function parseCypher(text: string): Query {
  return parseQuery(new Cursor(text));
}
