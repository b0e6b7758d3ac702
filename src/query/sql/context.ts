import type {Collation} from '../../data/type.ts';
import {Problem} from '../../lib/problem.ts';
import type {Catalog} from '../catalog.ts';
import {placeAt} from './parse.ts';
import {problems} from './problems.ts';

/** What the whole compilation of one text shares. */
export interface Context {
  readonly text: string;
  readonly catalog: Catalog;
  /** Everything found wrong so far, in the order it was found. */
  readonly found: Problem[];
  /** Where constants stand in the text: their types are found later, and so is a mistake. */
  readonly places: WeakMap<object, number>;
  /** What columns are called, for messages. */
  readonly names: WeakMap<object, string>;
  /** The database's own, which texts have that are said to have no other. */
  readonly collation: Collation;
}

type Maker<Facts> = (facts: Facts, options: {place: ReturnType<typeof placeAt>}) => Problem;

/** Thrown where a part cannot be understood since a part of it could not: that was told. */
export class AlreadyTold extends Error {}

/** A problem at a byte of the text, to be thrown. */
export function problemAt<Facts>(
  {text}: Pick<Context, 'text'>,
  location: number | undefined,
  make: Maker<Facts>,
  facts: Facts,
): Problem {
  return make(facts, {place: placeAt(text, location ?? 0)});
}

export const notSupported = (
  context: Pick<Context, 'text'>,
  location: number | undefined,
  what: string,
  hint?: string,
): Problem => problemAt(context, location, problems['sql-not-supported'], {what, hint});

/**
 * Does a part of the work; a Problem of it is noted, so that the other parts are looked
 * at too and everything is told at once. Undefined where there was one.
 */
export function attempt<T>({found}: Pick<Context, 'found'>, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof Problem) found.push(error);
    else if (!(error instanceof AlreadyTold)) throw error;
    return undefined;
  }
}
