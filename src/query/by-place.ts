import type {Problem} from '../lib/problem.ts';

/** Problems in the order in which a reader of the text meets them. */
export function byPlace({place: a}: Problem, {place: b}: Problem): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
