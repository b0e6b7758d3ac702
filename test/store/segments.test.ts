import fc from 'fast-check';
import {expect, it} from 'vitest';
import {type Segment, Segments} from '../../src/store/segments.ts';

/** What the segments are, as a list that is gone through each time. */
class Listed {
  all: Segment[] = [];
  trimmed = 0;

  get bytes(): number {
    return this.all.reduce((sum, {bytes}) => sum + bytes, 0);
  }

  get oldest(): Segment | undefined {
    return this.all.find(({last}) => last > this.trimmed);
  }

  trim({trimmed, bytes, timeMs}: {trimmed: number; bytes: number; timeMs: number}): number {
    let held = this.bytes;
    this.trimmed = trimmed;
    for (const segment of this.all) {
      const within = held <= bytes && segment.timeMs >= timeMs;
      if (segment.last > this.trimmed && within) break;
      held -= segment.bytes;
      if (!within) this.trimmed = Math.max(this.trimmed, segment.last);
    }
    return this.trimmed;
  }

  of(sequence: number): Segment | undefined {
    return this.all.find(({first, last}) => first <= sequence && sequence <= last);
  }

  bytesAfter(sequence: number): number {
    return this.all.filter(({last}) => last > sequence).reduce((sum, {bytes}) => sum + bytes, 0);
  }

  prune(needed: number): Segment[] {
    const gone = this.all.filter(({last}) => last <= this.trimmed && last <= needed);
    this.all = this.all.slice(gone.length);
    return gone;
  }
}

const acts = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        events: fc.integer({min: 1, max: 3}),
        bytes: fc.nat(9),
      }),
    },
    fc.record({
      kind: fc.constant('trim' as const),
      behind: fc.nat(12),
      bytes: fc.nat(40),
      ageMs: fc.nat(12),
    }),
    fc.record({kind: fc.constant('prune' as const), needed: fc.nat(20)}),
  ),
  {maxLength: 40},
);

it('answers as a list does that is gone through', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const segments = new Segments([]);
      const listed = new Listed();
      let last = 0;
      let timeMs = 0;
      for (const act of all) {
        if (act.kind === 'add') {
          timeMs += 1;
          const segment = {
            first: last + 1,
            last: last + act.events,
            bytes: act.bytes,
            atMs: 0,
            timeMs,
          };
          last = segment.last;
          segments.add(segment);
          listed.all.push(segment);
        } else if (act.kind === 'trim') {
          const trimmed = Math.max(listed.trimmed, last - act.behind);
          const limits = {trimmed, bytes: act.bytes, timeMs: timeMs - act.ageMs};
          expect(segments.trim(limits)).toBe(listed.trim(limits));
          expect(segments.oldest).toBe(listed.oldest);
        } else expect(segments.prune(act.needed)).toEqual(listed.prune(act.needed));
        expect(segments.bytes).toBe(listed.bytes);
        expect([segments.first, segments.last]).toEqual([listed.all[0], listed.all.at(-1)]);
        for (let sequence = 0; sequence <= last + 1; sequence++) {
          expect(segments.of(sequence)).toBe(listed.of(sequence));
          expect(segments.bytesAfter(sequence)).toBe(listed.bytesAfter(sequence));
        }
      }
    }),
    {numRuns: 500},
  );
});
