import {problems} from './problems.ts';

/**
 * What JavaScript and Postgres read alike: letters, `.`, classes of letters and ranges,
 * groups, alternatives, repetition, anchors, `\d` and escaped signs.
 */
const TOKEN =
  /\\([dD.^$*+?()[\]{}|\\/tnr-])|\[\^?(?:[^\]\\[]|\\[dtnr\\\].^$*+?-])+\]|\(\?:|[().|^$]|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[^\\[\]{}()*+?|^$.]/uy;

/**
 * A regular expression of Postgres as one of JavaScript. Throws a Problem for what means
 * something else in JavaScript, or nothing: bracket classes, `\m`, `\y`, back references.
 */
export function regularExpression(pattern: string, flags: string): RegExp {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.length) {
    const at = TOKEN.lastIndex;
    if (!TOKEN.test(pattern)) throw refused(pattern, at);
  }
  try {
    // Postgres's `.` matches a line's end too.
    return new RegExp(pattern, `s${flags}`);
  } catch (cause) {
    throw problems['sql-value']({message: `invalid regular expression: "${pattern}"`}, {cause});
  }
}

const refused = (pattern: string, at: number) =>
  problems['sql-value']({
    message: `the regular expression "${pattern}" is not supported from "${pattern.slice(at)}" on`,
    hint: 'write it with letters, ., [a-z], ( ), |, *, +, ?, {n,m}, ^, $ and \\d',
  });
