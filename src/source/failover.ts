import type {Problem} from '../lib/problem.ts';
import {slotProblems} from '../postgres/problems-slot.ts';

/** Slots that standbys get a copy of came with it. */
const SINCE = 170_000;

/** Whether a slot that is made is one for failovers, and what is to be said where it cannot be. */
export function failoverOf(
  wanted: boolean,
  version: number,
): {readonly failover: boolean; readonly warnings: readonly Problem[]} {
  if (!wanted || version >= SINCE) return {failover: wanted, warnings: []};
  const major = String(Math.floor(version / 10_000));
  return {failover: false, warnings: [slotProblems['failover-not-supported']({version: major})]};
}
