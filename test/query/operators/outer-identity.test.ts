import {expect, test} from 'vitest';
import {random} from '../../../src/lib/random.ts';
import {OuterIdentity} from '../../../src/query/operators/outer-identity.ts';

test('identities are unique and stay while their row stays, whatever comes and goes', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const identity = new OuterIdentity('k');
    const held = new Map<string, string>();
    let lone: string | undefined = identity.lone();
    for (let step = 0; step < 40; step++) {
      const row = 'abcd'[Math.floor(next() * 4)]!;
      if (held.size === 0) {
        const first = identity.first(row);
        expect(first, `seed ${seed}: the first match updates the lone row`).toBe(lone);
        held.set(row, first);
        lone = undefined;
      } else if (!held.has(row)) held.set(row, identity.of(row));
      else if (held.size > 1) held.delete(row);
      else {
        lone = identity.last(row);
        expect(lone, `seed ${seed}: the lone row updates the last match`).toBe(held.get(row));
        held.clear();
      }
      if (held.size === 0) expect(identity.lone()).toBe(lone);
      for (const [present, key] of held) {
        expect(identity.of(present), `seed ${seed}: ${present} stays who it is`).toBe(key);
      }
      expect(new Set(held.values()).size, `seed ${seed}: unique`).toBe(held.size);
    }
  }
});
