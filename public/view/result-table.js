// @ts-check
import {cellText, numberOf} from '../exact.js';
import {counted, countText} from '../format.js';
import {html} from '../vendor/htm-preact.js';
import {Card, Empty, flash} from './card.js';

/**
 * Any query's result as a live table. Rows past a limit are counted, not drawn; the whole
 * result is a link away.
 *
 * @typedef {import('../results.js').Held} Held
 */

/** Rows drawn of one result. */
const ROWS_SHOWN = 100;
/** A text that may be cut is told whole where one points at it. */
const TITLED = 30;

/**
 * @param {{
 *   id: string,
 *   rows: ReadonlyMap<string, Held>,
 *   note: ReturnType<typeof import('../health.js').resultNote>,
 * }} props
 */
export function ResultTable({id, rows, note}) {
  const shown = [...rows].slice(0, ROWS_SHOWN);
  const columns = [...new Set(shown.flatMap(([, {row}]) => Object.keys(row)))];
  const results = `api/v1/queries/${encodeURIComponent(id)}/results`;
  const aside = html`<span>${counted(rows.size, 'row')}</span><a href=${results}>JSON</a>`;
  return html`<${Card} name=${`query-${id}`} title=${id} note=${note} aside=${aside}>
    ${rows.size === 0 && html`<${Empty}>No rows. They appear here as soon as the query has some.<//>`}
    ${
      rows.size > 0 &&
      html`<div class="table-box" tabindex="0" role="region" aria-label="Rows of ${id}">
        <table>
          <thead><tr>${columns.map((column) => html`<${Head} key=${column} column=${column} first=${shown[0]?.[1]} />`)}</tr></thead>
          <tbody>
            ${shown.map(
              ([key, held]) => html`<tr key=${key} class=${flash(held)}>
                ${columns.map((column) => html`<${Cell} key=${column} cell=${held.row[column]} />`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    ${
      rows.size > ROWS_SHOWN &&
      html`<p class="table-note">
        The first ${ROWS_SHOWN} of ${countText(rows.size)} rows are shown.${' '}
        <a href=${results}>All of them as JSON</a>
      </p>`
    }
  <//>`;
}

/** @param {{column: string, first: Held | undefined}} props `first`: the row that tells its side. */
function Head({column, first}) {
  const side = numberOf(first?.row[column]) === undefined ? '' : 'number';
  return html`<th class=${side} scope="col">${column}</th>`;
}

/** @param {{cell: unknown}} props */
function Cell({cell}) {
  if (cell === null || cell === undefined) return html`<td class="null">null</td>`;
  const text = cellText(cell);
  const title = text.length > TITLED ? text : undefined;
  return html`<td class=${numberOf(cell) === undefined ? '' : 'number'} title=${title}>${text}</td>`;
}
