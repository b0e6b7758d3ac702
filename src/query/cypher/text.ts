import type {Place} from '../../lib/problem.ts';
import {textPlaces} from '../../lib/text-places.ts';

/** A stretch of the query's text: from `start` to before `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Tells the line and column of stretches. They are looked for with the first that is asked for. */
export function placesIn(text: string): (at: {readonly start: number}) => Place {
  let places: ((offset: number) => Place) | undefined;
  return ({start}) => {
    places ??= textPlaces(text);
    return places(start);
  };
}

/** The line and column of one position. */
export const placeOf = (text: string, {start}: {readonly start: number}): Place =>
  textPlaces(text)(start);
