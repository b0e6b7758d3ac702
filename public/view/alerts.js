// @ts-check
import {cellText} from '../exact.js';
import {agoText, spoken, timeOf} from '../format.js';
import {severityLevel, severityRank} from '../levels.js';
import {html} from '../vendor/htm-preact.js';
import {Card, Empty, flash} from './card.js';
import {Check} from './icons.js';

/**
 * Active alerts: the most serious first, then the newest.
 *
 * @typedef {import('../results.js').Held} Held
 *
 * @typedef {ReturnType<typeof import('../health.js').resultNote>} Note
 *
 * @param {{rows: ReadonlyMap<string, Held>, note: Note, nowMs: number}} props
 */
export function Alerts({rows, note, nowMs}) {
  const sorted = [...rows].sort(([, a], [, b]) => byWeight(a, b));
  return html`<${Card} name="alerts" title="Active alerts" note=${note} aside=${rows.size} live="polite">
    ${sorted.length === 0 && html`<${Empty} icon=${html`<${Check} />`}>No active alerts. All is quiet.<//>`}
    <ul class="alerts" tabindex=${sorted.length > 0 ? 0 : undefined} aria-labelledby="card-alerts">
      ${sorted.map(([key, held]) => html`<${Alert} key=${key} held=${held} nowMs=${nowMs} />`)}
    </ul>
  <//>`;
}

/** @param {Held} a @param {Held} b */
function byWeight(a, b) {
  const weight = severityRank(a.row.severity) - severityRank(b.row.severity);
  return weight === 0 ? madeAtMs(b) - madeAtMs(a) : weight;
}

/** @param {Held} held */
const madeAtMs = ({row, atMs}) => timeOf(row.created_at) ?? atMs;

/** @param {{held: Held, nowMs: number}} props */
function Alert({held, nowMs}) {
  const {row} = held;
  return html`<li class="alert level-${severityLevel(row.severity)} ${flash(held)}">
    <span class="tag">${cellText(row.severity)}</span>
    <p class="alert-message" title=${row.message}>${row.message === null ? 'No message' : cellText(row.message)}</p>
    <span class="alert-metric">${row.metric_name === null ? '' : spoken(row.metric_name)}</span>
    <time class="alert-age" title=${cellText(row.created_at)} aria-live="off"
      >${agoText(nowMs - madeAtMs(held))}</time>
  </li>`;
}
