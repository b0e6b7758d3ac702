import type {Type} from '../../data/type.ts';

/**
 * Upper and lower case as Postgres has them, by the letters that a collation knows: those
 * of ASCII in C; letter by letter in most, so that ß stays what it is; Unicode's in full
 * in ICU's.
 */
type Letters = NonNullable<Type['collation']>['letters'];

export const upperOf = (type: Type | undefined): ((text: string) => string) =>
  folding(type, upper, (text) => text.toUpperCase(), /[a-z]/g);

export const lowerOf = (type: Type | undefined): ((text: string) => string) =>
  folding(type, lower, (text) => text.toLowerCase(), /[A-Z]/g);

/** The first letter of each word, a run of letters and digits, in upper case, the rest lower. */
export function titledOf(type: Type | undefined): (text: string) => string {
  const [up, down] = [upperOf(type), lowerOf(type)];
  const words = lettersOf(type) === 'ascii' ? /[A-Za-z0-9]+/g : /[\p{L}\p{N}]+/gu;
  return (text) =>
    down(text).replace(words, (word) => {
      const [first = '', ...rest] = word;
      return up(first) + rest.join('');
    });
}

const lettersOf = (type: Type | undefined): Letters => type?.collation?.letters ?? 'single';

function folding(
  type: Type | undefined,
  single: (text: string) => string,
  full: (text: string) => string,
  ascii: RegExp,
): (text: string) => string {
  switch (lettersOf(type)) {
    case 'ascii':
      return (text) => text.replace(ascii, full);
    case 'full':
      return full;
    default:
      return single;
  }
}

const upper = (text: string): string => mapped(text, (one) => one.toUpperCase());

const lower = (text: string): string =>
  mapped(text, (one) => (one === 'İ' ? 'i' : one.toLowerCase()));

function mapped(text: string, change: (letter: string) => string): string {
  // What is ASCII changes as a whole.
  if (/^[\0-\x7f]*$/.test(text)) return change(text);
  let result = '';
  for (const letter of text) {
    const changed = change(letter);
    const single = changed.length === 1 || changed.codePointAt(0)! > 0xffff;
    result += single && changed.length <= 2 ? changed : letter;
  }
  return result;
}
