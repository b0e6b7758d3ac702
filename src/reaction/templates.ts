import Handlebars from 'handlebars';
import {compareValues, equalValues, jsonOf, lengthOf, truthy} from './template-values.ts';

export type Template = (context: Readonly<Record<string, unknown>>) => string;

export interface Templates {
  /** Throws where the text is no template. */
  compile(text: string): Template;
}

/** What Handlebars hands a helper last. */
interface Options {
  readonly hash: Readonly<Record<string, unknown>>;
  fn(context: unknown): string;
  inverse(context: unknown): string;
}

/**
 * Handlebars with the helpers that Drasi's templates use. `html`: whether `{{x}}` is
 * made safe for HTML, as Drasi always does; for a log that would only spoil it.
 */
export function templates({html}: {html: boolean}): Templates {
  const handlebars = Handlebars.create();
  for (const [name, helper] of Object.entries(HELPERS)) handlebars.registerHelper(name, helper);

  return {
    compile(text) {
      // Compiling is lazy: only parsing tells now what is wrong.
      const program = handlebars.parse(text);
      const template = handlebars.compile(program, {noEscape: !html});
      return (context) => template(context);
    },
  };
}

const compared = (holds: (order: number) => boolean) => (a: unknown, b: unknown) =>
  holds(compareValues(a, b));

const HELPERS: Readonly<Record<string, Handlebars.HelperDelegate>> = {
  json: (value: unknown) => new Handlebars.SafeString(jsonOf(value)),
  eq: equalValues,
  ne: (a: unknown, b: unknown) => !equalValues(a, b),
  gt: compared((order) => order > 0),
  gte: compared((order) => order >= 0),
  lt: compared((order) => order < 0),
  lte: compared((order) => order <= 0),
  and: (...values: unknown[]) => values.slice(0, -1).every(truthy),
  or: (...values: unknown[]) => values.slice(0, -1).some(truthy),
  not: (value: unknown) => !truthy(value),
  len: lengthOf,
  // As Drasi has it: the built-in ones would take a number's object for true.
  if(this: unknown, value: unknown, options: Options) {
    return holds(value, options) ? options.fn(this) : options.inverse(this);
  },
  unless(this: unknown, value: unknown, options: Options) {
    return holds(value, options) ? options.inverse(this) : options.fn(this);
  },
  raw(this: unknown, options: Options) {
    return options.fn(this);
  },
  log: () => '',
};

function holds(value: unknown, {hash}: Options): boolean {
  return truthy(value) || (truthy(hash.includeZero) && equalValues(value, 0));
}
