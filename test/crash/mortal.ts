import {random} from '../../src/lib/random.ts';

/** The process has died at a call on the outside. */
export class Death extends Error {
  override readonly name = 'Death';
}

/** One life of the simulated process: every call on the outside asks it whether it lives on. */
export interface Life {
  /**
   * Makes a call on the outside. When the time has come the process dies, with the call
   * made or not; and from then on it makes none.
   */
  call<T>(name: string, act: () => T): T;
  readonly dead: boolean;
  /** How it died. */
  readonly how: Death | undefined;
  /** Whether it is to die at some call. */
  readonly mortal: boolean;
}

/** `dies`: at which call from now; undefined for never. `made`: whether that one is made. */
export function life(dies: {readonly at: number; readonly made: boolean} | undefined): Life {
  let calls = 0;
  let how: Death | undefined;

  function die(when: 'before' | 'after', name: string): never {
    how = new Death(`died ${when} ${name}, call ${calls}`);
    throw how;
  }
  return {
    call(name, act) {
      if (how) throw new Death(`dead at ${name}: ${how.message}`);
      calls += 1;
      const now = calls === dies?.at;
      if (now && !dies?.made) die('before', name);
      const answer = act();
      if (now) die('after', name);
      return answer;
    },
    get dead() {
      return how !== undefined;
    },
    get how() {
      return how;
    },
    mortal: dies !== undefined,
  };
}

/** Decisions of a seed. */
export interface Chance {
  readonly next: () => number;
  /** A whole number from 0 up to and without `below`. */
  below(below: number): number;
  /** Whether something of this probability happens. */
  is(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function chance(seed: number): Chance {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    is: (probability) => next() < probability,
    pick: (from) => from[below(from.length)]!,
  };
}
