export interface FrameCache {
  /** The frame of a key, made once while it is held, or while a client is being sent it. */
  get(key: string, make: () => Buffer): Buffer;
}

/** Frames that are known besides those held. */
const KNOWN_MAX = 10_000;

/**
 * Holds the frames made last, up to `bytesMax`, so that an event is encoded once for all.
 * Those that are not held are found all the same while somebody is being sent them: of an
 * event larger than `bytesMax`, too, there is one copy for all.
 */
export function frameCache(bytesMax: number): FrameCache {
  const held = new Map<string, Buffer>();
  const known = new Map<string, WeakRef<Buffer>>();
  let bytes = 0;

  function trim(): void {
    for (const [key, frame] of held) {
      if (bytes <= bytesMax) return;
      held.delete(key);
      bytes -= frame.length;
      known.set(key, new WeakRef(frame));
    }
  }

  function trimKnown(): void {
    for (const key of known.keys()) {
      if (known.size <= KNOWN_MAX) return;
      known.delete(key);
    }
  }

  return {
    get(key, make) {
      const there = held.get(key) ?? known.get(key)?.deref();
      if (there) return there;
      const frame = make();
      held.set(key, frame);
      bytes += frame.length;
      trim();
      trimKnown();
      return frame;
    },
  };
}
