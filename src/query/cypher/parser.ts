import type {Query} from './ast.ts';
import {parseQuery} from './parse/clause.ts';
import {Cursor} from './parse/cursor.ts';
import {problems} from './problems.ts';
import {placeOf} from './text.ts';
import {beyond, tooDeep} from './walk.ts';

/**
 * How deep the tree of an expression may be. `a + b + c` is as deep as it has terms, and
 * needs no brackets; what walks the tree later does so by recursion.
 */
const TREE_MAX = 400;
/** Clauses, and nodes of their patterns: each is a step of one plan, which is walked as a whole. */
const STEPS_MAX = 1000;

/**
 * Reads a query in openCypher: the whole part of the language that reads; with `gql` the
 * clauses that GQL has besides are taken too. Throws the Problem of the first place at
 * which the text is none.
 */
export function parseCypher(text: string, {gql = true}: {gql?: boolean} = {}): Query {
  const query = parseQuery(new Cursor(text, {gql}));
  const over = beyond(query, STEPS_MAX);
  if (over) {
    const facts = {what: 'has too many steps', limit: STEPS_MAX, unit: 'clauses and nodes'};
    throw problems['cypher-limit'](facts, {place: placeOf(text, over.span)});
  }
  const deep = tooDeep(query, TREE_MAX);
  if (!deep) return query;
  const facts = {what: 'nests too deeply', limit: TREE_MAX, unit: 'levels'};
  throw problems['cypher-limit'](facts, {place: placeOf(text, deep.span)});
}
