// @ts-check
import {agoText, bytesText, clockText, counted, countText, durationText} from '../format.js';
import {html} from '../vendor/htm-preact.js';
import {Mark, Moon, Sun} from './icons.js';

/**
 * The head of the page: whether it is live, and the way of the data from the database to
 * here, station by station.
 *
 * @typedef {import('../state.js').State} State
 *
 * @param {{state: State, nowMs: number, theme: string, onTheme: () => void}} props
 */
export function Header({state, nowMs, theme, onTheme}) {
  const other = theme === 'dark' ? 'light' : 'dark';
  return html`<header class="head link-${state.link.kind}">
    <div class="head-bar">
      <${Mark} />
      <h1>Tailrace</h1>
      <${LinkState} link=${state.link} />
      <button type="button" class="icon-button" onClick=${onTheme}
        aria-label="Switch to ${other} colours" title="Switch to ${other} colours">
        <${theme === 'dark' ? Sun : Moon} />
      </button>
    </div>
    <${Channel} state=${state} nowMs=${nowMs} />
    <div class="waterline" aria-hidden="true"></div>
  </header>`;
}

/** @param {{link: State['link']}} props */
function LinkState({link}) {
  return html`<p class="link" role="status" data-link=${link.kind}>
    <i class="dot" aria-hidden="true"></i>${linkText(link)}
  </p>`;
}

/** @param {State['link']} link */
function linkText(link) {
  if (link.kind === 'live') return 'Live';
  return link.kind === 'connecting' ? 'Connecting' : `Stale since ${clockText(link.sinceMs)}`;
}

/** @param {{state: State, nowMs: number}} props */
function Channel({state, nowMs}) {
  const {sources, queries, progress, changedAtMs, results, transactions} = state;
  const told = sources?.find((source) => source.receivedLsn);
  const lagBytes = sources?.[0]?.lagBytes ?? progress.lagBytes;
  const lagMs = sources?.[0]?.lagMs ?? progress.lagMs;
  return html`<dl class="channel">
    ${(sources ?? []).map((source) => html`<${SourceStation} key=${source.id} source=${source} />`)}
    ${sources === undefined && html`<${Station} name="Source">…<//>`}
    <${Station} name="Position" mono>${progress.lsn ?? told?.receivedLsn ?? '…'}<//>
    <${Station} name="Lag">${lagText(lagBytes, lagMs)}<//>
    <${SlotStation} slot=${sources?.[0]?.slot} />
    <${VerifiedStation} verified=${sources?.[0]?.verified} nowMs=${nowMs} />
    <${Station} name="Queries">${queriesText(queries, results.size)}<//>
    <${Station} name="Transactions">${countText(transactions)}<//>
    <${Station} name="Last change">${changedAtMs === undefined ? '…' : agoText(nowMs - changedAtMs)}<//>
  </dl>`;
}

/** @param {{name: string, mono?: boolean, tone?: string, children?: unknown}} props */
const Station = ({name, mono, tone, children}) =>
  html`<div class="station ${tone ?? ''}"><dt>${name}</dt><dd class=${mono ? 'mono' : ''}>${children}</dd></div>`;

/** @param {{source: import('../wire.js').WireSource}} props */
function SourceStation({source}) {
  const tone = {streaming: 'good', waiting: 'bad', stopped: 'bad'}[source.state?.kind ?? ''];
  return html`<${Station} name=${source.id} tone=${tone ?? 'busy'}>
    <i class="dot" aria-hidden="true"></i>${sourceText(source)}
  <//>`;
}

/**
 * What the database keeps for us, and how long it still may: an hour is little.
 * @param {{slot: import('../wire.js').WireSlot | null | undefined}} props
 */
function SlotStation({slot}) {
  if (!slot) return null;
  const minutes = slot.minutesToLoss;
  const end = minutes === null ? '' : ` · full in ${durationText(minutes * 60_000)}`;
  const tone = minutes !== null && minutes < 60 ? 'bad' : undefined;
  return html`<${Station} name="Log kept" tone=${tone}>${bytesText(slot.retainedBytes)}${end}<//>`;
}

/**
 * When the rows held were compared with the database last, and were the same.
 * @param {{verified: import('../wire.js').WireVerified | null | undefined, nowMs: number}} props
 */
function VerifiedStation({verified, nowMs}) {
  if (!verified) return null;
  const ago = agoText(nowMs - Date.parse(verified.at));
  return html`<${Station} name="Verified"><span title=${counted(verified.rows, 'row')}>${ago} at ${verified.lsn}</span><//>`;
}

/** @param {import('../wire.js').WireSource} source */
function sourceText({state, status}) {
  if (state?.kind === 'snapshotting') return `snapshotting ${counted(state.rowsRead ?? 0, 'row')}`;
  if (state?.kind === 'connecting') return `connecting, attempt ${state.attempt ?? 1}`;
  return state?.kind ?? status ?? 'unknown';
}

/**
 * @param {number | null | undefined} bytes
 * @param {number | null | undefined} ms
 */
function lagText(bytes, ms) {
  if (typeof bytes !== 'number') return '…';
  return typeof ms === 'number' ? `${bytesText(bytes)} · ${durationText(ms)}` : bytesText(bytes);
}

/**
 * @param {State['queries']} queries
 * @param {number} live
 */
function queriesText(queries, live) {
  if (queries === undefined) return '…';
  const failed = queries.filter(({error}) => error).length;
  return failed > 0 ? `${queries.length - failed} live, ${failed} failed` : `${live} live`;
}
