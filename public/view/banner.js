// @ts-check
import {clockText} from '../format.js';
import {html} from '../vendor/htm-preact.js';
import {ProblemText} from './card.js';
import {Warn} from './icons.js';

/** What stands in the way of live data, above everything else. */

/** @type {Readonly<Record<string, string>>} */
const FAREWELLS = {
  closing: 'The service is restarting.',
  rotating: 'The service has asked to connect anew.',
  'too-many-clients': 'The service has as many viewers as it may have.',
};

/**
 * @param {{
 *   link: import('../state.js').Link,
 *   nowMs: number,
 *   onRetry: () => void,
 * }} props
 */
export function LinkBanner({link, nowMs, onRetry}) {
  if (link.kind !== 'lost') return null;
  return html`<div class="banner banner-lost" role="alert">
    <${Warn} />
    <div class="banner-text">
      <p><strong>${(link.farewell && FAREWELLS[link.farewell]) ?? 'The connection is lost.'}</strong>
        ${' '}What you see is as of ${clockText(link.sinceMs)}.</p>
    </div>
    <span class="banner-wait" aria-live="off">Reconnecting${dueText(link.retryAtMs, nowMs)}…</span>
    <button type="button" class="button" onClick=${onRetry}>Reconnect now</button>
  </div>`;
}

/** @param {{sources: readonly import('../wire.js').WireSource[] | undefined, nowMs: number}} props */
export function SourceBanners({sources, nowMs}) {
  return (sources ?? []).map((source) => {
    const problem = source.state?.problem ?? source.error;
    if (!problem) return null;
    const retryAtMs = source.state?.retryAtMs;
    return html`<div class="banner banner-source" role="alert" key=${source.id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Source ${source.id} is waiting</p>
        <${ProblemText} problem=${problem} />
      </div>
      ${
        retryAtMs !== undefined &&
        html`<span class="banner-wait" aria-live="off">Next attempt${dueText(retryAtMs, nowMs) || ' now'}</span>`
      }
    </div>`;
  });
}

/** @param {{disagreement: import('../state.js').State['disagreement']}} props */
export function DisagreementBanner({disagreement}) {
  if (!disagreement) return null;
  return html`<div class="banner banner-source" role="alert">
    <${Warn} />
    <div class="banner-text">
      <p class="banner-title">Query ${disagreement.queryId} is read again</p>
      <p>What this page held was not what the service holds: their checksums differ.</p>
    </div>
  </div>`;
}

/** @param {{queries: readonly import('../wire.js').WireQuery[]}} props */
export const QueryBanners = ({queries}) =>
  queries.map(
    ({id, error}) => html`<div class="banner banner-source" role="alert" key=${id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Query ${id} stands still</p>
        ${error && html`<${ProblemText} problem=${error} />`}
      </div>
    </div>`,
  );

/**
 * @param {number | undefined} dueMs
 * @param {number} nowMs
 */
function dueText(dueMs, nowMs) {
  if (dueMs === undefined || dueMs <= nowMs) return '';
  return ` in ${Math.ceil((dueMs - nowMs) / 1000)} s`;
}
