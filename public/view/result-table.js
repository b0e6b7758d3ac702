// @ts-check
import {cellText, numberOf} from '../exact.js';
import {counted, countText} from '../format.js';
import {STOPPED} from '../health.js';
import {ROWS_SHOWN} from '../results.js';
import {html} from '../vendor/htm-preact.js';
import {Card, Empty, Pending} from './card.js';
import {useFlash, useSlide} from './motion.js';

/**
 * Any query's result as a live table, in the query's order where it has one. Rows past a
 * limit are counted, not drawn; the whole result is a link away.
 *
 * @typedef {import('../results.js').Held} Held
 * @typedef {import('../results.js').Top} Top
 * @typedef {import('../wire.js').WireOrderKey} WireOrderKey
 */

const EMPTY = 'No rows. They appear here as soon as the query has some.';
const STOPPED_EMPTY =
  'No rows. The query is stopped: start it over the API, or say autoStart: true in the configuration.';

/** A text that may be cut is told whole where one points at it. */
const TITLED = 30;
/** Cells that may stand beside each other in a narrow window. */
const MANY = 3;

/**
 * @param {{
 *   id: string,
 *   rows: ReadonlyMap<string, Held>,
 *   orderBy: readonly WireOrderKey[] | undefined,
 *   top: Top | undefined,
 *   note: ReturnType<typeof import('../health.js').resultNote>,
 * }} props `orderBy`: undefined as long as it is not known whether there is an order. `top`: the
 *   first rows in it, once they were read.
 */
export function ResultTable({id, rows, orderBy, top, note}) {
  const ordered = orderBy !== undefined && orderBy.length > 0;
  const drawn = ordered ? top : orderBy && {rows, more: rows.size > ROWS_SHOWN};
  const results = `api/v1/queries/${encodeURIComponent(id)}/results`;
  const noRows = note?.text === STOPPED ? STOPPED_EMPTY : EMPTY;
  const aside = html`<span>${counted(rows.size, 'row')}</span><a href=${results}>JSON</a>`;
  return html`<${Card} name=${`query-${id}`} title=${id} note=${note} aside=${aside}>
    ${!drawn && html`<${Pending} query=${undefined} />`}
    ${drawn?.rows.size === 0 && html`<${Empty}>${noRows}<//>`}
    ${drawn && drawn.rows.size > 0 && html`<${Table} id=${id} rows=${drawn.rows} orderBy=${orderBy} />`}
    ${
      drawn?.more &&
      html`<p class="table-note">
        The first ${Math.min(drawn.rows.size, ROWS_SHOWN)} of ${countText(rows.size)} rows are shown.${' '}
        <a href=${results}>All of them as JSON</a>
      </p>`
    }
  <//>`;
}

/** @param {{id: string, rows: ReadonlyMap<string, Held>, orderBy: readonly WireOrderKey[]}} props */
function Table({id, rows, orderBy}) {
  const body = useSlide(rows, {slides: orderBy.length > 0});
  const shown = [...rows].slice(0, ROWS_SHOWN);
  const columns = [...new Set(shown.flatMap(([, {row}]) => Object.keys(row)))];
  const first = shown[0]?.[1];
  return html`<div class="table-box" tabindex="0" role="region" aria-label="Rows of ${id}">
    <table role="table" class=${columns.length > MANY ? 'many' : ''}>
      <thead><tr role="row">
        ${columns.map((column) => html`<${Head} key=${column} column=${column} first=${first} orderBy=${orderBy} />`)}
      </tr></thead>
      <tbody ref=${body}>
        ${shown.map(([key, held]) => html`<${Line} key=${key} name=${key} held=${held} columns=${columns} orderBy=${orderBy} />`)}
      </tbody>
    </table>
  </div>`;
}

/**
 * @param {{
 *   name: string,
 *   held: Held,
 *   columns: readonly string[],
 *   orderBy: readonly WireOrderKey[],
 * }} props
 */
function Line({name, held, columns, orderBy}) {
  const row = useFlash(held);
  return html`<tr role="row" ref=${row} data-key=${name}>
    ${columns.map((column) => html`<${Cell} key=${column} name=${`${column} ${arrowOf(column, orderBy)}`.trim()} cell=${held.row[column]} />`)}
  </tr>`;
}

/**
 * @param {{column: string, first: Held | undefined, orderBy: readonly WireOrderKey[]}} props
 *   `first`: the row that tells its side.
 */
function Head({column, first, orderBy}) {
  const side = numberOf(first?.row[column]) === undefined ? '' : 'number';
  const arrow = arrowOf(column, orderBy);
  const sort = orderBy[0]?.column === column && (arrow === '↓' ? 'descending' : 'ascending');
  return html`<th role="columnheader" class=${side} scope="col" aria-sort=${sort || undefined}>
    ${column}${arrow && html`<span class="sort" aria-hidden="true">${arrow}</span>`}
  </th>`;
}

/**
 * Which way the rows are ordered by a column; '' where they are not, or where what comes
 * before it is not to be seen.
 * @param {string} column
 * @param {readonly WireOrderKey[]} orderBy
 */
function arrowOf(column, orderBy) {
  const key = orderBy.find((one) => one.column === column || one.column === null);
  if (key?.column !== column) return '';
  return key.direction === 'desc' ? '↓' : '↑';
}

/** @param {{name: string, cell: unknown}} props `name`: what it is called where no head is seen. */
function Cell({name, cell}) {
  if (cell === null || cell === undefined)
    return html`<td role="cell" class="null" data-column=${name}>null</td>`;
  const text = cellText(cell);
  const title = text.length > TITLED ? text : undefined;
  const side = numberOf(cell) === undefined ? '' : 'number';
  return html`<td role="cell" class=${side} data-column=${name} title=${title}><span class="cell">${text}</span></td>`;
}
