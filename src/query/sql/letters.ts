/**
 * Upper and lower case, letter by letter, as Postgres has them outside of locale C: a
 * letter becomes one letter, so that ß stays what it is.
 */
export const upper = (text: string): string => mapped(text, (one) => one.toUpperCase());

export const lower = (text: string): string =>
  mapped(text, (one) => (one === 'İ' ? 'i' : one.toLowerCase()));

/** The first letter of each word, a run of letters and digits, in upper case, the rest lower. */
export const titled = (text: string): string =>
  lower(text).replace(/[\p{L}\p{N}]+/gu, (word) => {
    const [first = '', ...rest] = word;
    return upper(first) + rest.join('');
  });

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
