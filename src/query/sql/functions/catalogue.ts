import type {Overload} from '../overload.ts';
import {arithmetic} from './arithmetic.ts';
import {array} from './array.ts';
import {format} from './format.ts';
import {json} from './json.ts';
import {jsonBuild} from './json-build.ts';
import {jsonb} from './jsonb.ts';
import {math} from './math.ts';
import {pattern} from './pattern.ts';
import {regexp} from './regexp.ts';
import {temporal} from './temporal.ts';
import {text} from './text.ts';
import {textMore} from './text-more.ts';

export type FunctionCatalogue = ReadonlyMap<string, readonly Overload[]>;

/** Every function and operator of values, by name. Comparisons are in `comparison.ts`. */
export const FUNCTIONS: FunctionCatalogue = byName([
  ...arithmetic(),
  ...math(),
  ...text(),
  ...textMore(),
  ...format(),
  ...pattern(),
  ...regexp(),
  ...temporal(),
  ...json(),
  ...jsonb(),
  ...jsonBuild(),
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
