import type {Stage} from './stage.ts';

/**
 * Measures the time that each stage of one dataflow spends by itself, what it waits for
 * its inputs not counted. The clock comes in as an argument: nanoseconds since any moment.
 */
export interface Meter {
  /** The stage, measured: its `spentNs` counts from here on. */
  measured(stage: Stage): Stage;
}

export function meter(nowNs: () => number): Meter {
  // What the stages below the one at work have taken of its time so far.
  let belowNs = 0;

  return {
    measured(stage) {
      let spentNs = 0;
      return {
        ...stage,
        get net() {
          return stage.net;
        },
        pull(step) {
          const outerNs = belowNs;
          belowNs = 0;
          const from = nowNs();
          try {
            return stage.pull(step);
          } finally {
            const tookNs = nowNs() - from;
            spentNs += tookNs - belowNs;
            belowNs = outerNs + tookNs;
          }
        },
        spentNs: () => spentNs,
        get size() {
          return stage.size;
        },
      };
    },
  };
}
