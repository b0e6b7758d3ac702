import type {Place, Problem} from '../../../lib/problem.ts';
import type {Catalog} from '../../catalog.ts';
import {placesIn, type Span} from '../text.ts';

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
  const told = new Set(found.map(sameText));
  return {
    text,
    catalog,
    parameters,
    place: placesIn(text),
    report: (problem) => {
      const same = sameText(problem);
      if (told.has(same)) return;
      told.add(same);
      found.push(problem);
    },
  };
}

/** An expression may be lowered twice; what is wrong with it is told once. */
const sameText = ({message, place}: Problem): string =>
  `${place?.line} ${place?.column} ${message}`;
