// @ts-check
import {agoText, bytesText, counted, countText, durationText} from '../format.js';
import {flowOf, flowText, queriesText, slotSaying, verifiedSaying} from '../health.js';
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
  const flow = flowOf(state);
  return html`<header class="head link-${state.link.kind} flow-${flow.kind}">
    <div class="head-bar">
      <${Mark} />
      <h1>Tailrace</h1>
      <${LinkState} flow=${flow} link=${state.link} />
      <button type="button" class="icon-button" onClick=${onTheme}
        aria-label="Switch to ${other} colours" title="Switch to ${other} colours">
        <${theme === 'dark' ? Sun : Moon} />
      </button>
    </div>
    <${Channel} state=${state} nowMs=${nowMs} />
    <div class="waterline" aria-hidden="true"></div>
  </header>`;
}

/** @param {{flow: ReturnType<typeof flowOf>, link: State['link']}} props */
function LinkState({flow, link}) {
  return html`<p class="link" role="status" data-link=${link.kind} data-flow=${flow.kind}>
    <i class="dot" aria-hidden="true"></i>${flowText(flow)}
  </p>`;
}

/**
 * Of one source the whole way stands in a line; of several, each has its own.
 * @param {{state: State, nowMs: number}} props
 */
function Channel({state, nowMs}) {
  const {sources, queries, progress, changedAtMs, transactions} = state;
  const known = state.link.kind !== 'lost';
  const [first, ...further] = sources ?? [];
  const only = further.length === 0;
  return html`<div class="channels">
    ${
      further.length > 0 &&
      (sources ?? []).map(
        (source) => html`<dl class="channel" key=${source.id}>
      <${SourceStations} source=${source} known=${known} nowMs=${nowMs} />
    </dl>`,
      )
    }
    <dl class="channel">
      ${only && first && html`<${SourceStations} source=${first} known=${known} progress=${progress} nowMs=${nowMs} />`}
      ${sources === undefined && html`<${Station} name="Source">…<//>`}
      <${Station} name="Queries" room=${8}>
        <span class="counts">${known ? queriesText(queries) : UNKNOWN}</span>
      <//>
      <${Station} name="Transactions" room=${8}>${countText(transactions)}<//>
      <${Station} name="Last change" room=${10}>${changedAtMs === undefined ? '…' : agoText(nowMs - changedAtMs)}<//>
    </dl>
  </div>`;
}

/** What is said of the present while the service is away: the rest is as it was last. */
const UNKNOWN = 'not known';

/**
 * @param {{
 *   source: import('../wire.js').WireSource,
 *   known: boolean,
 *   progress?: State['progress'],
 *   nowMs: number,
 * }} props `known`: the service is there to say how things stand. `progress`: what the stream
 *   says, which is newer than what was asked for.
 */
function SourceStations({source, known, progress, nowMs}) {
  const lag = lagText(source.lagBytes ?? progress?.lagBytes, source.lagMs ?? progress?.lagMs);
  const away = source.stale && typeof source.lagBytes !== 'number';
  const slot = source.slot && slotSaying(source.slot);
  const verified = verifiedSaying(source, nowMs);
  return html`
    <${SourceStation} source=${source} known=${known} />
    <${Station} name="Position" room=${11} mono>${progress?.lsn ?? source.receivedLsn ?? '…'}<//>
    <${Station} name="Lag" room=${12}>${known && !away ? lag : UNKNOWN}<//>
    ${slot && html`<${Station} name="Log kept" room=${8} tone=${slot.tone}><span>${slot.text}</span><//>`}
    ${
      verified &&
      html`<${Station} name="Verified" room=${19} tone=${verified.tone}>
      <span title=${verified.title}>${verified.text}${verified.lsn && html`<span class="at"> at ${verified.lsn}</span>`}</span>
    <//>`
    }`;
}

/**
 * @param {{name: string, room?: number, mono?: boolean, tone?: string, children?: unknown}} props
 *   `room`: characters that are kept free for its text, so that others stay where they are.
 */
const Station = ({name, room, mono, tone, children}) =>
  html`<div class="station ${tone ?? ''}" style=${room && {'--room': `${room}ch`}}>
    <dt>${name}</dt><dd class=${mono ? 'mono' : ''}>${children}</dd>
  </div>`;

/** @param {{source: import('../wire.js').WireSource, known: boolean}} props */
function SourceStation({source, known}) {
  if (!known) return html`<${Station} name=${source.id} room=${11}>${UNKNOWN}<//>`;
  const tone = {streaming: 'good', waiting: 'bad', stopped: 'bad'}[source.state?.kind ?? ''];
  return html`<${Station} name=${source.id} room=${11} tone=${tone ?? 'busy'}>
    <i class="dot" aria-hidden="true"></i><span>${sourceText(source)}</span>
  <//>`;
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
