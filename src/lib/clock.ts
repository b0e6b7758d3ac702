/** Time as an argument: `main.ts` hands in the machine's, a simulation its own. */
export interface Clock {
  /** Milliseconds since 1970. It jumps when somebody sets the machine's clock. */
  nowMs(): number;
  /** Milliseconds since some moment, which nobody sets: for how long something took or may take. */
  steadyMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. Its waits keep no process alive. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    steadyMs: () => performance.now(),
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const timer = setTimeout(finish, ms);
        signal.addEventListener('abort', abort, {once: true});
        function finish(): void {
          signal.removeEventListener('abort', abort);
          resolve();
        }
        function abort(): void {
          clearTimeout(timer);
          reject(signal.reason);
        }
      }),
  };
}
