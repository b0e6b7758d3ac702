// @ts-check
import {numberOf} from '../exact.js';
import {clockText, differenceText, numberText, spoken, unitText} from '../format.js';
import {levelOf} from '../levels.js';
import {html} from '../vendor/htm-preact.js';
import {Card, Empty, flash} from './card.js';
import {Sparkline} from './sparkline.js';

/**
 * Current metrics: value, change, and the line of the last readings; by name.
 *
 * @typedef {import('../results.js').Held} Held
 *
 * @param {{
 *   rows: ReadonlyMap<string, Held>,
 *   note: ReturnType<typeof import('../health.js').resultNote>,
 *   readings: import('../readings.js').Readings,
 *   critical: ReadonlySet<unknown> | undefined,
 *   theme: string,
 * }} props
 */
export function Metrics({rows, note, readings, critical, theme}) {
  const sorted = [...rows].sort(([, a], [, b]) => byName(a, b));
  return html`<${Card} name="metrics" title="Current metrics" note=${note} aside=${rows.size}>
    ${sorted.length === 0 && html`<${Empty}>No metrics yet. Insert a row, and it stands here at once.<//>`}
    <ul class="metrics" style=${{'--rows': rows.size}}>
      ${sorted.map(
        ([key, held]) => html`<${Metric}
          key=${key}
          held=${held}
          readings=${readings.get(key) ?? []}
          level=${levelOf(held.row, critical)}
          theme=${theme}
        />`,
      )}
    </ul>
  <//>`;
}

/** @param {Held} a @param {Held} b */
const byName = (a, b) => String(a.row.name).localeCompare(String(b.row.name));

/**
 * @param {{
 *   held: Held,
 *   readings: readonly import('../readings.js').Reading[],
 *   level: import('../levels.js').Level,
 *   theme: string,
 * }} props
 */
function Metric({held, readings, level, theme}) {
  const {row} = held;
  return html`<li class="metric level-${level}" data-metric=${row.name}>
    <span class="metric-name">
      ${spoken(row.name)}
      ${level !== 'calm' && html`<span class="tag">${level === 'critical' ? 'critical' : 'high'}</span>`}
    </span>
    <${Sparkline} readings=${readings} level=${level} theme=${theme} />
    <${Difference} held=${held} />
    <b class="metric-value ${flash(held)}" title="as of ${clockText(held.atMs)}">${numberText(row.value)}</b>
    <span class="unit">${unitText(row.unit)}</span>
  </li>`;
}

/** @param {{held: Held}} props */
function Difference({held: {row, before}}) {
  const text = before ? differenceText(before.value, row.value) : '';
  if (text === '') return html`<span class="metric-change"></span>`;
  const up = (numberOf(row.value) ?? 0) > (numberOf(before?.value) ?? 0);
  return html`<span class="metric-change">
    <span aria-hidden="true">${up ? '▲' : '▼'}</span>
    <span class="visually-hidden">${up ? 'up by' : 'down by'}</span>${' '}${text}
  </span>`;
}
