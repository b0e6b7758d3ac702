// @ts-check
import {clockText, counted, shortened} from '../format.js';
import {isTime, KINDS, LOG_ENTRIES} from '../log.js';
import {html, useState} from '../vendor/htm-preact.js';
import {Card, Empty} from './card.js';
import {Pause, Play} from './icons.js';

/**
 * The event log: each diff as it came, newest first. Pausing holds what is shown; what
 * comes meanwhile is counted, and stands there when it goes on.
 *
 * @typedef {import('../log.js').Entry} Entry
 * @typedef {import('../log.js').RowEntry} RowEntry
 * @typedef {import('../log.js').Kind} Kind
 * @typedef {{query: string, kinds: readonly Kind[]}} Filter `query`: '' is any.
 *
 * @param {{log: readonly Entry[], queries: readonly string[]}} props
 */
export function EventLog({log, queries}) {
  const [held, hold] = useState(/** @type {readonly Entry[] | undefined} */ (undefined));
  const [filter, setFilter] = useState(/** @type {Filter} */ ({query: '', kinds: KINDS}));
  const entries = (held ?? log).filter((entry) => passes(entry, filter));
  const missed = held ? missedBy(held, log) : '';

  const aside = html`
    <${Filters} filter=${filter} onFilter=${setFilter} queries=${queries} />
    <button type="button" class="button" aria-pressed=${held !== undefined}
      onClick=${() => hold(held ? undefined : log)}>
      <${held ? Play : Pause} />${held ? `Resume${missed}` : 'Pause'}
    </button>`;
  return html`<${Card} name="log" title="Event log" aside=${aside}>
    ${entries.length === 0 && html`<${Empty}>${nothingText(log)}<//>`}
    <ol class="log" tabindex="0" role="log" aria-live="off" aria-label="Events, newest first">
      ${entries.map((entry) =>
        entry.kind === 'notice'
          ? html`<${Notice} key=${entry.id} notice=${entry} />`
          : html`<${LogEntry} key=${entry.id} entry=${entry} />`,
      )}
    </ol>
  <//>`;
}

/** @param {readonly Entry[]} log */
const nothingText = (log) =>
  log.length === 0 ? 'Waiting for the first change.' : 'Nothing in the log passes the filter.';

/**
 * A notice is of all queries and kinds.
 * @param {Entry} entry
 * @param {Filter} filter
 */
const passes = (entry, {query, kinds}) =>
  entry.kind === 'notice' ||
  (kinds.includes(entry.kind) && (query === '' || entry.queryId === query));

/**
 * @param {readonly Entry[]} held
 * @param {readonly Entry[]} log
 */
function missedBy(held, log) {
  const at = held[0] ? log.findIndex(({id}) => id === held[0]?.id) : log.length;
  if (at === 0) return '';
  return at < 0 ? ` (${LOG_ENTRIES}+ new)` : ` (${at} new)`;
}

/**
 * @param {{filter: Filter, onFilter: (filter: Filter) => void, queries: readonly string[]}} props
 */
function Filters({filter, onFilter, queries}) {
  /** @param {Kind} kind */
  const toggled = (kind) =>
    KINDS.filter((other) => filter.kinds.includes(other) !== (other === kind));
  return html`<div class="filters" role="group" aria-label="Filter the log">
    ${KINDS.map(
      (kind) => html`<button type="button" key=${kind} class="chip kind-${kind}"
        aria-pressed=${filter.kinds.includes(kind)}
        onClick=${() => onFilter({...filter, kinds: toggled(kind)})}>${kind}</button>`,
    )}
    <select class="select" aria-label="Query" value=${filter.query}
      onChange=${(/** @type {any} */ event) => onFilter({...filter, query: event.target.value})}>
      <option value="">All queries</option>
      ${queries.map((id) => html`<option key=${id} value=${id}>${id}</option>`)}
    </select>
  </div>`;
}

/** @param {{notice: import('../log.js').Notice}} props */
const Notice = ({notice}) => html`<li class="entry entry-notice">
  <time class="entry-time">${clockText(notice.atMs, {millis: true})}</time>
  <span>${notice.text}</span>
</li>`;

/** @param {{entry: RowEntry}} props */
function LogEntry({entry}) {
  const {atMs, kind, queryId, label, changes, lsn, unlisted} = entry;
  return html`<li class="entry">
    <time class="entry-time">${clockText(atMs, {millis: true})}</time>
    <span class="chip kind-${kind}">${kind}</span>
    <span class="entry-query" title=${queryId}>${queryId}</span>
    <span class="entry-what">
      <b title=${label.map((part) => part ?? 'null').join(' | ')}>
        ${label.map((part, i) => html`${i > 0 && ' | '}<${Value} text=${part} />`)}
      </b>
      ${changes.map((change) => html`<${Changed} key=${change.field} change=${change} />`)}
      ${unlisted > 0 && html`<em>and ${counted(unlisted, 'more row')} ${kind}</em>`}
    </span>
    <span class="entry-lsn" title="Position of the transaction">${lsn}</span>
  </li>`;
}

/**
 * A value among others in a line; null is told from the text "null".
 * @param {{text: string | null}} props
 */
const Value = ({text}) => (text === null ? html`<span class="null">null</span>` : shortened(text));

/** @param {{change: import('../log.js').Change}} props */
function Changed({change}) {
  const {field, before, after} = change;
  const both = before !== undefined && after !== undefined;
  if (isTime(change)) return html`<${ChangedTime} field=${field} cell=${after ?? before} />`;
  return html`<span class="changed">
    <span>${field}</span>
    ${before !== undefined && html`<del class=${both ? '' : 'gone'} title=${before}><${Value} text=${before} /></del>`}
    ${both && html`<span aria-label="to">→</span>`}
    ${after !== undefined && html`<ins title=${after}><${Value} text=${after} /></ins>`}
  </span>`;
}

/**
 * Of a time that moved, the new time of day is enough.
 * @param {{field: string, cell: string}} props
 */
const ChangedTime = ({field, cell}) => html`<span class="changed" title=${cell}>
  <span>${field}</span><span>${cell.slice(11, 23)}</span>
</span>`;
