/**
 * A function that does the same and shares no machine code with the original: what the
 * engine of JavaScript learns of the calls in it, it learns of this copy alone. A loop that
 * all queries run calls other closures for each of them, so that they are called; one that a
 * single query runs has that query's closures built in (docs/decisions/0002).
 *
 * The copy is made of the function's own text, in which nothing comes from a user; so the
 * original may read nothing but its arguments and what is global. Where the process may make
 * no code from texts, it is the original.
 */
export function ownCode<Original extends (...args: never[]) => unknown>(
  original: Original,
): Original {
  try {
    return new Function(`return ${original}`)() as Original;
  } catch (error) {
    if (error instanceof EvalError) return original;
    throw error;
  }
}
