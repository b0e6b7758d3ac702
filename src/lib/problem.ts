/** Where something stands in a text that a user wrote. Line and column count from 1. */
export interface Place {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** What a problem says, in the style of Postgres's own messages. */
export interface Saying {
  /** One line, lower case, no period: what could not be done, and with what. */
  readonly message: string;
  /** The facts, in full sentences. */
  readonly detail?: string | undefined;
  /** What to do next: a command or a line of YAML where possible. */
  readonly hint?: string | undefined;
}

/**
 * An error that is not a bug of ours: bad input, a refused permission, a world that does
 * not answer. `code` is stable and a heading of docs/errors.md.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly problem: Problem | undefined;

  constructor(code: string, saying: Saying, options: ProblemOptions = {}) {
    super(saying.message, options.cause === undefined ? undefined : {cause: options.cause});
    this.code = code;
    this.detail = saying.detail;
    this.hint = saying.hint;
    this.place = options.place;
    this.problem = options.problem;
  }

  /** The form of the API's `error`: never a stack, never a cause. */
  toJSON(): Record<string, unknown> {
    const {code, message, detail, hint, place, problem} = this;
    return {
      code,
      message,
      ...(detail !== undefined && {detail}),
      ...(hint !== undefined && {hint}),
      ...(place !== undefined && {place}),
      ...(problem !== undefined && {problem: problem.toJSON()}),
    };
  }
}

export interface ProblemOptions {
  readonly place?: Place;
  readonly cause?: unknown;
  /** The Problem that it follows from, where that is one of its own: told with it. */
  readonly problem?: Problem | undefined;
}

/** Every problem of one input, told at once. Never empty. */
export class Problems extends Error {
  override readonly name = 'Problems';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('; '));
    this.problems = problems;
  }
}

/** The problems an error stands for, or none where it is something else: a bug, the world. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problem) return [error];
  return error instanceof Problems ? error.problems : [];
}

/** A problem as it is printed on a terminal. */
export function problemText({code, message, detail, hint, place}: Problem): string {
  const at =
    place && `${place.file ?? 'line'}${place.file ? ':' : ' '}${place.line}:${place.column}`;
  return [
    `[${code}] ${message}`,
    ...(at ? [`  at ${at}`] : []),
    ...(detail ? [`  ${detail.replaceAll('\n', '\n  ')}`] : []),
    ...(hint ? [`  hint: ${hint.replaceAll('\n', '\n  ')}`] : []),
  ].join('\n');
}

/** An entry of a catalogue: what docs/errors.md tells of a code, and how one is worded. */
export interface Entry<Facts> {
  /** When this is raised, in a full sentence. */
  readonly cause: string;
  /** What the reader does about it, in full sentences. */
  readonly remedy: string;
  /** The HTTP status of a request that raises it; 500 unless told. */
  readonly status?: number;
  readonly say: (facts: Facts) => Saying;
}

type Maker<E> =
  E extends Entry<infer Facts> ? (facts: Facts, options?: ProblemOptions) => Problem : never;

/**
 * The problems of one area, each code with its texts. The texts stand here and nowhere
 * else, so that docs/errors.md can be generated from them.
 */
export function catalogue<const T extends Record<string, Entry<never>>>(
  entries: T,
): {readonly [Code in keyof T]: Maker<T[Code]>} & {readonly entries: T} {
  const makers = Object.entries(entries).map(([code, entry]) => [
    code,
    (facts: never, options?: ProblemOptions) => new Problem(code, entry.say(facts), options),
  ]);
  return {...Object.fromEntries(makers), entries};
}

/** Orders Problems as a reader of the text meets them; what stands in another one, or nowhere, first. */
export function byPlace({place: a}: Problem, {place: b}: Problem): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
