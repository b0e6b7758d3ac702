/** A result as it is printed: Postgres's own text of each value, null for NULL. */
export interface TextTable {
  readonly columns: readonly {readonly name: string; readonly align: 'left' | 'right'}[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const CONTROL = /\p{Cc}/gu;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/;
const NO_WIDTH = /\p{Mark}|\u200b|\u200d/u;

/**
 * A table for a terminal, in psql's manner. A line break or an escape sequence in a value
 * is shown as its code: it must not be obeyed by the terminal.
 */
export function textTable({columns, rows}: TextTable): string {
  const cells = rows.map((row) => row.map((value) => visible(value ?? 'null')));
  const names = columns.map(({name}) => visible(name));
  const widths = names.map((name, column) =>
    cells.reduce((most, row) => Math.max(most, width(row[column] ?? '')), width(name)),
  );
  const line = (texts: readonly string[], aligned: boolean) =>
    texts
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - width(text));
        const right = aligned && columns[column]?.align === 'right';
        return right ? ` ${gap}${text} ` : ` ${text}${gap} `;
      })
      .join('|')
      .trimEnd();
  const rule = widths.map((columnWidth) => '-'.repeat(columnWidth + 2)).join('+');
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
  return [line(names, false), rule, ...cells.map((row) => line(row, true)), count].join('\n');
}

const visible = (text: string): string =>
  text.replace(CONTROL, (character) =>
    character === '\n' ? '\\n' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

/** Columns that a text takes in a terminal: East Asian signs and pictures take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (NO_WIDTH.test(character)) continue;
    columns += WIDE.test(character) || (character.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
  }
  return columns;
}
