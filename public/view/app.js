// @ts-check
import {numberOf} from '../exact.js';
import {counted} from '../format.js';
import {flowOf, resultNote} from '../health.js';
import {METRICS} from '../state.js';
import {chooseTheme, onSystemTheme, theme} from '../theme.js';
import {html, useEffect, useState} from '../vendor/htm-preact.js';
import {Alerts} from './alerts.js';
import {
  DifferenceBanners,
  DisagreementBanner,
  LinkBanner,
  NoticeBanner,
  QueryBanners,
  SlotBanners,
  SourceBanners,
  WarningBanners,
} from './banner.js';
import {Card, Empty, Pending} from './card.js';
import {Critical} from './critical.js';
import {EventLog} from './event-log.js';
import {Header} from './header.js';
import {Metrics} from './metrics.js';
import {ResultTable} from './result-table.js';

/**
 * The page. The demo's three queries have cards of their own; every other query, and one of
 * those names whose rows are of another shape, is a table.
 *
 * @typedef {import('../state.js').State} State
 * @typedef {import('../results.js').Result} Result
 */

const ALERTS = 'active-alerts';
const CRITICAL = 'critical-metrics';

/** @param {{state: State, onRetry: () => void, onDismiss: () => void}} props */
export function App({state, onRetry, onDismiss}) {
  const nowMs = useNow();
  const [shade, toggleShade] = useTheme();
  const ids = queryIds(state);
  const has = (/** @type {string} */ id) => ids.includes(id) && fits(id, state.results.get(id));
  const tables = ids.filter((id) => ![METRICS, ALERTS, CRITICAL].includes(id) || !has(id));
  useEffect(() => {
    document.title = titleOf(state);
  }, [state]);

  return html`
    <${Header} state=${state} nowMs=${nowMs} theme=${shade} onTheme=${toggleShade} />
    <div class="banners">
      <${LinkBanner} link=${state.link} nowMs=${nowMs} onRetry=${onRetry} />
      <${NoticeBanner} notice=${state.notice} onDismiss=${onDismiss} />
      <${DisagreementBanner} disagreement=${state.disagreement} />
      <${SourceBanners} sources=${state.sources} nowMs=${nowMs} />
      <${SlotBanners} sources=${state.sources} />
      <${DifferenceBanners} sources=${state.sources} />
      <${QueryBanners} queries=${failedWithRows(state)} />
      <${WarningBanners} sources=${state.sources} />
    </div>
    <main class=${state.link.kind === 'lost' ? 'stale' : ''}>
      ${state.queries?.length === 0 && html`<${NoQueries} />`}
      ${
        (has(METRICS) || has(ALERTS) || has(CRITICAL)) &&
        html`<div class="columns">
        ${has(METRICS) && html`<${MetricsCard} state=${state} shade=${shade} />`}
        <div class="side">
          ${has(CRITICAL) && html`<${Shown} id=${CRITICAL} state=${state} card=${Critical} />`}
          ${has(ALERTS) && html`<${Shown} id=${ALERTS} state=${state} card=${Alerts} nowMs=${nowMs} />`}
        </div>
      </div>`
      }
      ${
        tables.length > 0 &&
        html`<div class="tables">
        ${tables.map((id) => html`<${TableCard} key=${id} id=${id} state=${state} />`)}
      </div>`
      }
      <${EventLog} log=${state.log} queries=${ids} />
    </main>`;
}

/**
 * A query's card once its result is there, and until then what keeps it.
 * @param {{id: string, state: State, card: unknown, [prop: string]: unknown}} props
 */
function Shown({id, state, card, ...props}) {
  const query = state.queries?.find((other) => other.id === id);
  const rows = state.results.get(id)?.rows;
  const due = query?.error || query?.status === 'Starting';
  if (rows && (rows.size > 0 || !due)) {
    return html`<${card} id=${id} rows=${rows} note=${resultNote(query)} ...${props} />`;
  }
  return html`<${Card} name=${`query-${id}`} title=${TITLES[id] ?? id}><${Pending} query=${query} /><//>`;
}

/**
 * A query that fails keeps its last result on the page; one without a result says why in
 * its card.
 * @param {State} state
 */
const failedWithRows = ({queries, results}) =>
  (queries ?? []).filter(({id, error}) => error && (results.get(id)?.rows.size ?? 0) > 0);

/** @type {Readonly<Record<string, string>>} */
const TITLES = {
  [METRICS]: 'Current metrics',
  [ALERTS]: 'Active alerts',
  [CRITICAL]: 'Critical thresholds',
};

/** @param {{state: State, shade: string}} props */
function MetricsCard({state, shade}) {
  const over = state.results.get(CRITICAL)?.rows.values();
  const critical = over && new Set([...over].map(({row}) => row.name));
  return html`<${Shown} id=${METRICS} state=${state} card=${Metrics}
    readings=${state.readings} critical=${critical} theme=${shade} />`;
}

/** @param {{id: string, state: State}} props */
function TableCard({id, state}) {
  const query = state.queries?.find((other) => other.id === id);
  const orderBy = query && (query.orderBy ?? []);
  return html`<${Shown} id=${id} state=${state} card=${ResultTable} orderBy=${orderBy} top=${state.tops.get(id)} />`;
}

const NoQueries = () => html`<${Card} name="none" title="No queries yet">
  <${Empty}>This service runs no queries. Add one under <code>queries:</code> in its configuration;
    its result appears here and stays up to date.<//>
<//>`;

/**
 * The service's queries, or those the stream told of until the list is there.
 * @param {State} state
 */
const queryIds = ({queries, results}) => queries?.map(({id}) => id) ?? [...results.keys()];

/**
 * Whether rows are such as the query's own card can show. No rows fit every card.
 * @param {string} id
 * @param {Result | undefined} result
 */
function fits(id, result) {
  const rows = [...(result?.rows.values() ?? [])];
  if (id === ALERTS) return rows.every(({row}) => 'severity' in row && 'message' in row);
  return rows.every(({row}) => typeof row.name === 'string' && numberOf(row.value) !== undefined);
}

/** @param {State} state */
function titleOf(state) {
  const {results} = state;
  if (flowOf(state).kind === 'stale') return 'Stale · Tailrace';
  const over = results.get(CRITICAL)?.rows.size ?? 0;
  return over > 0 ? `${counted(over, 'critical', 'critical')} · Tailrace` : 'Tailrace';
}

/** The time, so that ages go on while nothing happens. */
function useNow() {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** @returns {[import('../theme.js').Theme, () => void]} */
function useTheme() {
  const [shade, setShade] = useState(theme());
  useEffect(() => onSystemTheme(() => setShade(theme())), []);
  return [
    shade,
    () => {
      chooseTheme(shade === 'dark' ? 'light' : 'dark');
      setShade(theme());
    },
  ];
}
