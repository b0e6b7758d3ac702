import type {Place} from '../lib/problem.ts';
import type {QueryConfig} from './config.ts';

/**
 * Where a line and column of a query's text (both from 1) stand in the file. Exact for a
 * query written as a `|` block or on one line: there every line begins in one column.
 */
export function placeInFile(
  {place}: Pick<QueryConfig, 'place'>,
  within: {readonly line: number; readonly column: number},
): Place {
  return inText(place, within);
}

/** The same of any text, by where it begins. */
export function inText(
  begin: Place,
  within: {readonly line: number; readonly column: number},
): Place {
  return {
    ...begin,
    line: begin.line + within.line - 1,
    column: begin.column + within.column - 1,
  };
}
