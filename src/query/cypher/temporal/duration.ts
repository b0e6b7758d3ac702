import type {Value} from '../../../data/value.ts';
import {Temporal} from '../values/temporal.ts';
/** stub */
export class CypherDuration extends Temporal {
  constructor(_m: number, _d: number, _s: number, _n: number) {
    super();
  }
  plus(_o: CypherDuration): CypherDuration {
    return this;
  }
  times(_n: number): CypherDuration {
    return this;
  }
  compare(): number | null {
    return null;
  }
  component(_n: string): Value | undefined {
    return undefined;
  }
  key(): string {
    return 'd';
  }
  toString(): string {
    return 'P';
  }
}
