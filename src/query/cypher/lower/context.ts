import type {Place, Problem} from '../../../lib/problem.ts';
import type {Catalog} from '../../catalog.ts';
import {placeOf, type Span} from '../text.ts';

/** What every part of the lowering of one query shares. */
export interface Context {
  readonly text: string;
  readonly catalog: Catalog;
  /** Values of `$name`, by name. */
  readonly place: (span: Span) => Place;
  /**
   * Takes note of a problem after which the lowering can go on, so that all of them are
   * told at once; the plan is then never used.
   */
  readonly report: (problem: Problem) => void;
}

export function newContext(text: string, catalog: Catalog, found: Problem[]): Context {
  return {
    text,
    catalog,
    place: (span) => placeOf(text, span),
    report: (problem) => {
      found.push(problem);
    },
  };
}
