// @ts-check
import {bytesText, clockText, counted, durationText} from '../format.js';
import {differenceOf, inDanger, linkSaying, lossText, problemsOf} from '../health.js';
import {html} from '../vendor/htm-preact.js';
import {Hint, ProblemList, ProblemText} from './card.js';
import {Warn} from './icons.js';

/** What stands in the way of live data, above everything else. */

/**
 * @param {{
 *   link: import('../state.js').Link,
 *   nowMs: number,
 *   onRetry: () => void,
 * }} props
 */
export function LinkBanner({link, nowMs, onRetry}) {
  if (link.kind !== 'lost') return null;
  const {title, text} = linkSaying(link, location.origin);
  const tried = link.tries > 0 ? `Tried ${counted(link.tries, 'time')}, trying` : 'Trying';
  return html`<div class="banner banner-lost" role="alert">
    <${Warn} />
    <div class="banner-text"><p><strong>${title}</strong> ${text}</p></div>
    <span class="banner-wait" aria-live="off">${tried} again${dueText(link.retryAtMs, nowMs)}…</span>
    <button type="button" class="button" onClick=${onRetry}>Reconnect now</button>
  </div>`;
}

/**
 * That what is shown does not follow on what was shown before: good to know, and no trouble.
 * @param {{notice: import('../state.js').State['notice'], onDismiss: () => void}} props
 */
export const NoticeBanner = ({notice, onDismiss}) =>
  notice &&
  html`<div class="banner banner-notice" role="status">
    <div class="banner-text"><p><time>${clockText(notice.atMs)}</time> ${notice.text}</p></div>
    <button type="button" class="button" onClick=${onDismiss}>Dismiss</button>
  </div>`;

/** @param {{sources: readonly import('../wire.js').WireSource[] | undefined, nowMs: number}} props */
export function SourceBanners({sources, nowMs}) {
  return (sources ?? []).map((source) => {
    const problems = problemsOf(source);
    if (problems.length === 0) return null;
    const retryAtMs = source.state?.retryAtMs;
    const many = problems.length > 1 ? `: ${problems.length} problems` : '';
    return html`<div class="banner banner-source" role="alert" key=${source.id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Source ${source.id} is waiting${many}</p>
        <${ProblemList} problems=${problems} />
      </div>
      ${
        retryAtMs !== undefined &&
        html`<span class="banner-wait" aria-live="off">Next attempt${dueText(retryAtMs, nowMs) || ' now'}</span>`
      }
    </div>`;
  });
}

/**
 * What a source that works warns of, a word away: tables that it does not follow, and the like.
 * @param {{sources: readonly import('../wire.js').WireSource[] | undefined}} props
 */
export const WarningBanners = ({sources}) =>
  (sources ?? []).map((source) => {
    const {id, warnings = []} = source;
    if (warnings.length === 0 || problemsOf(source).length > 0) return null;
    return html`<details class="banner banner-notice banner-warnings" key=${id}>
      <summary>Source ${id} works, with ${counted(warnings.length, 'warning')}</summary>
      <${ProblemList} problems=${warnings} />
    </details>`;
  });

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
    case 'standby':
      return `Postgres waits for the standby of slot "${blocker.slot}", which synchronized_standby_slots names.`;
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
    ({id, error, errors}) => html`<div class="banner banner-source" role="alert" key=${id}>
      <${Warn} />
      <div class="banner-text">
        <p class="banner-title">Query ${id} stands still</p>
        ${error && html`<${ProblemList} problems=${errors ?? [error]} />`}
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
