// @ts-check
import {numberOf} from '../exact.js';
import {differenceText, numberText, spoken, unitText} from '../format.js';
import {limitOf} from '../levels.js';
import {html} from '../vendor/htm-preact.js';
import {Card, Empty, flash} from './card.js';
import {Check} from './icons.js';

/**
 * Critical thresholds: what is over its limit, and how far.
 *
 * @typedef {import('../results.js').Held} Held
 *
 * @typedef {ReturnType<typeof import('../health.js').resultNote>} Note
 *
 * @param {{rows: ReadonlyMap<string, Held>, note: Note}} props
 */
export function Critical({rows, note}) {
  const sorted = [...rows].sort(([, a], [, b]) =>
    String(a.row.name).localeCompare(String(b.row.name)),
  );
  return html`<${Card} name="critical" title="Critical thresholds" note=${note} aside=${rows.size} live="polite">
    ${sorted.length === 0 && html`<${Empty} icon=${html`<${Check} />`}>All within range.<//>`}
    <ul class="criticals">
      ${sorted.map(([key, held]) => html`<${Over} key=${key} held=${held} />`)}
    </ul>
  <//>`;
}

/** @param {{held: Held}} props */
function Over({held}) {
  const {row} = held;
  const limit = limitOf(row);
  const over = limit && (numberOf(row.value) ?? 0) > limit.critical;
  return html`<li class="over level-critical ${flash(held)}">
    <span class="over-name">${spoken(row.name)}</span>
    ${
      over &&
      html`<span class="over-by">
        ${differenceText(limit.critical, row.value)} over ${limit.critical}
      </span>`
    }
    <span class="over-value">
      <b>${numberText(row.value)}</b>${' '}<span class="unit">${unitText(row.unit)}</span>
    </span>
    ${over && html`<${Bar} value=${numberOf(row.value) ?? 0} limit=${limit} />`}
  </li>`;
}

/**
 * The value on its scale, with a mark at the limit.
 * @param {{value: number, limit: import('../levels.js').Limit}} props
 */
function Bar({value, limit}) {
  const full = Math.max(limit.full, value);
  return html`<span class="bar" aria-hidden="true">
    <i class="bar-fill" style=${{width: `${(100 * value) / full}%`}}></i>
    <i class="bar-limit" style=${{left: `${(100 * limit.critical) / full}%`}}></i>
  </span>`;
}
