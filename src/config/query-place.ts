import type {Place} from '../lib/problem.ts';
import type {QueryConfig} from './config.ts';

/** Where a text begins in the file, and where it goes on. */
export interface TextPlace extends Place {
  /** In their order; none where each of its lines begins in one column of a line of the file. */
  readonly turns?: readonly Turn[];
}

/** From `line` and `column` of a text on, up to the next, it stands `at` a place of the file. */
export interface Turn {
  readonly line: number;
  readonly column: number;
  readonly at: {readonly line: number; readonly column: number};
}

interface Within {
  readonly line: number;
  readonly column: number;
}

/** Where a line and column of a query's text (both from 1) stand in the file. */
export function placeInFile({place}: Pick<QueryConfig, 'place'>, within: Within): Place {
  return inText(place, within);
}

/** The same of any text, by where it begins. */
export function inText({turns, ...begin}: TextPlace, within: Within): Place {
  const turn = turns?.findLast(
    ({line, column}) => line < within.line || (line === within.line && column <= within.column),
  );
  if (turn) {
    // Behind the end of what is there, at its end.
    const past = turn.line === within.line ? within.column - turn.column : 0;
    return {...begin, line: turn.at.line, column: turn.at.column + past};
  }
  return {
    ...begin,
    line: begin.line + within.line - 1,
    column: begin.column + within.column - 1,
  };
}
