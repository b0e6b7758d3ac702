export interface FrameCache {
  /** The frame of a key, made once while it is held. */
  get(key: string, make: () => Buffer): Buffer;
}

/** Holds the frames made last, up to `bytesMax`, so that an event is encoded once for all. */
export function frameCache(bytesMax: number): FrameCache {
  const frames = new Map<string, Buffer>();
  let bytes = 0;

  function trim(): void {
    for (const [key, frame] of frames) {
      if (bytes <= bytesMax) return;
      frames.delete(key);
      bytes -= frame.length;
    }
  }

  return {
    get(key, make) {
      const held = frames.get(key);
      if (held) return held;
      const frame = make();
      frames.set(key, frame);
      bytes += frame.length;
      trim();
      return frame;
    },
  };
}
