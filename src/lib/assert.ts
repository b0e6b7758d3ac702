/** States what the programmer holds to be true. A failure is our bug, never the user's. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(`${message}: this is a bug in Tailrace; please report it`);
}

/** Closes a union: the compiler refuses the call while a case is left. */
export function unreachable(value: never): never {
  throw new Error(`no case for ${String(value)}: this is a bug in Tailrace; please report it`);
}
