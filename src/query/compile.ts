import type {Catalog, Language} from './catalog.ts';
import {compileCypher} from './cypher/lower.ts';
import {parseCypher} from './cypher/parser.ts';
import {dataflow} from './dataflow.ts';
import {optimise} from './optimise.ts';
import type {Plan} from './plan.ts';
import type {RunningQuery} from './query.ts';

/**
 * A text of any of the languages, made to run over the tables of a catalog. Throws every
 * Problem of the text at once; their places count within the text.
 */
export function compile(
  text: string,
  {language, catalog}: {language: Language | undefined; catalog: Catalog},
): RunningQuery {
  return dataflow(optimise(planOf(text, language ?? recognised(text), catalog)));
}

/** Throws every Problem that a text has whatever the tables are. */
export function checkSyntax(text: string, language: Language | undefined): void {
  if ((language ?? recognised(text)) === 'SQL') throw new Error('SQL is not there yet');
  parseCypher(text);
}

function planOf(text: string, language: Language, catalog: Catalog): Plan {
  switch (language) {
    case 'SQL':
      throw new Error('SQL is not there yet');
    case 'Cypher':
    case 'GQL':
      return compileCypher(text, catalog);
  }
}

const COMMENT_OR_SPACE = /^(?:\s+|--.*|\/\/.*|\/\*[\s\S]*?\*\/)+/;
const SQL_WORDS =
  /^(?:select|values|table|\(|with\s+(?:recursive\s+)?[\w"]+\s*(?:\([^)]*\)\s*)?as\b)/i;

/** The language a query is written in, by its first words. */
export function recognised(text: string): Language {
  return SQL_WORDS.test(text.replace(COMMENT_OR_SPACE, '')) ? 'SQL' : 'Cypher';
}
