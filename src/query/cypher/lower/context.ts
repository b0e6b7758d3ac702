import type {Place, Problem} from '../../../lib/problem.ts';
import type {Catalog} from '../../catalog.ts';
import {placeOf, type Span} from '../text.ts';

/** The values of a query's parameters, as JSON has them. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What every part of the lowering of one query shares. */
export interface Context {
  readonly text: string;
  readonly catalog: Catalog;
  readonly parameters: Parameters;
  readonly place: (span: Span) => Place;
  /**
   * Takes note of a problem after which the lowering can go on, so that all of them are
   * told at once; the plan is then never used.
   */
  readonly report: (problem: Problem) => void;
}

export function newContext(
  text: string,
  given: {catalog: Catalog; parameters: Parameters; found: Problem[]},
): Context {
  const {catalog, parameters, found} = given;
  return {
    text,
    catalog,
    parameters,
    place: (span) => placeOf(text, span),
    report: (problem) => {
      if (!found.some((known) => isSame(known, problem))) found.push(problem);
    },
  };
}

/** An expression may be lowered twice; what is wrong with it is told once. */
const isSame = (a: Problem, b: Problem): boolean =>
  a.message === b.message && a.place?.line === b.place?.line && a.place?.column === b.place?.column;
