import type {Overload} from '../overload.ts';
import {arithmetic} from './arithmetic.ts';
import {array} from './array.ts';
import {json} from './json.ts';
import {math} from './math.ts';
import {pattern} from './pattern.ts';
import {temporal} from './temporal.ts';
import {text} from './text.ts';

export type FunctionCatalogue = ReadonlyMap<string, readonly Overload[]>;

/** Every function and operator of values, by name. Comparisons are in `comparison.ts`. */
export const FUNCTIONS: FunctionCatalogue = byName([
  ...arithmetic(),
  ...math(),
  ...text(),
  ...pattern(),
  ...temporal(),
  ...json(),
  ...array(),
]);

function byName(overloads: readonly Overload[]): FunctionCatalogue {
  const found = new Map<string, Overload[]>();
  for (const overload of overloads) {
    const same = found.get(overload.name) ?? [];
    same.push(overload);
    found.set(overload.name, same);
  }
  return found;
}
