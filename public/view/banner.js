// @ts-check
import {bytesText, clockText, durationText} from '../format.js';
import {differenceOf, inDanger, lossText} from '../health.js';
import {html} from '../vendor/htm-preact.js';
import {Hint, ProblemText} from './card.js';
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

/**
 * What is about to become worse: a slot that will be lost, and who can prevent it.
 * @param {{sources: readonly import('../wire.js').WireSource[] | undefined}} props
 */
export const SlotBanners = ({sources}) =>
  (sources ?? []).map(({id, slot}) => {
    if (!slot || !inDanger(slot)) return null;
    const {blocker, limitBytes, retainedBytes} = slot;
    const limit = typeof limitBytes === 'number' ? `, of ${bytesText(limitBytes)} allowed` : '';
    return html`<div class="banner banner-source banner-slot" role="alert" key=${id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Source ${id} is about to lose its replication slot</p>
        <div class="problem" aria-live="off">
          <p>The server keeps ${bytesText(retainedBytes)} of log for it${limit}. It is ${lossText(slot)}. ${blockerText(blocker)}</p>
          <${Hint} text=${blocker?.kind === 'transaction' && `SELECT pg_terminate_backend(${blocker.pid});`} />
        </div>
      </div>
    </div>`;
  });

/** @param {import('../wire.js').WireBlocker | undefined} blocker */
function blockerText(blocker) {
  const open = durationText(blocker?.openMs ?? 0);
  switch (blocker?.kind) {
    case 'service':
      return 'The service has not yet taken in what was sent.';
    case 'transaction':
      return `Process ${blocker.pid} ("${blocker.application}", ${blocker.state}) has had a transaction open for ${open}.`;
    case 'prepared-transaction':
      return `The prepared transaction "${blocker.gid}" has been open for ${open}.`;
    default:
      return '';
  }
}

/**
 * What the verifier has found, until it has looked again and found no difference.
 * @param {{sources: readonly import('../wire.js').WireSource[] | undefined}} props
 */
export const DifferenceBanners = ({sources}) =>
  (sources ?? []).map((source) => {
    const problem = differenceOf(source);
    if (!problem) return null;
    return html`<div class="banner banner-source" role="alert" key=${source.id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Source ${source.id} differed from what was held</p>
        <${ProblemText} problem=${problem} />
      </div>
    </div>`;
  });

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
