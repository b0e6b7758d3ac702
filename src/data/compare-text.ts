/**
 * The order of texts by their UTF-8 bytes, which is that of their code points: Postgres's
 * collation "C". JavaScript's `<` goes by UTF-16 units and puts U+1F600 before U+FFFD.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      return left < SURROGATES || right < SURROGATES ? left - right : rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** A surrogate stands for a code point above U+FFFF, hence above every other unit. */
const rank = (unit: number): number => (unit < AFTER_SURROGATES ? unit + 0x10000 : unit);

/** A bpchar without the spaces at its end, which no comparison of bpchar looks at. */
export function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}
