// @ts-check
import {counted} from '../format.js';
import {html} from '../vendor/htm-preact.js';

/**
 * A panel of the page: a heading, an aside, a body.
 * @param {{
 *   name: string,
 *   title: string,
 *   note?: ReturnType<typeof import('../health.js').resultNote>,
 *   aside?: unknown,
 *   live?: 'polite',
 *   children?: unknown,
 * }} props `note`: what is to be known of what it shows. `live`: rows that come are read out; what
 *   changes in them is not, since it may change every second.
 */
export function Card({name, title, note, aside, live, children}) {
  const heading = `card-${name}`;
  return html`<section class="card card-${name} ${note ? 'card-old' : ''}" aria-labelledby=${heading}>
    <header class="card-head">
      <h2 id=${heading}>${title}</h2>
      <div class="card-aside">
        ${note && html`<span class="tag level-${note.level}">${note.text}</span>`}${aside}
      </div>
    </header>
    <div class="card-body" aria-live=${live} aria-relevant=${live && 'additions'}>${children}</div>
  </section>`;
}

/**
 * What a card says while its query has no result to show.
 * @param {{query: import('../wire.js').WireQuery | undefined}} props
 */
export function Pending({query}) {
  if (query?.error) {
    return html`<${ProblemList} problems=${query.errors ?? [query.error]} />`;
  }
  return html`<div class="skeleton" role="status" aria-label="Waiting for the first result">
    <i></i><i></i><i></i>
  </div>`;
}

/**
 * A problem as the service tells it: what, the facts, and what to do next.
 * @param {{problem: import('../wire.js').WireProblem}} props
 */
export function ProblemText({problem}) {
  return html`<div class="problem">
    <p><strong>${problem.message}</strong>${' '}<code class="problem-code">${problem.code}</code></p>
    ${problem.detail && html`<p>${problem.detail}</p>`}
    <${Hint} text=${problem.hint} />
  </div>`;
}

/** Problems of a list that are seen at once. */
const LISTED = 4;

/**
 * Problems that are there at the same time: one as it is, several as a list, whose end is
 * folded away where it is long.
 * @param {{problems: readonly import('../wire.js').WireProblem[]}} props
 */
export function ProblemList({problems}) {
  if (problems.length === 1) return html`<${ProblemText} problem=${problems[0]} />`;
  const items = problems.map(
    (problem, i) => html`<li key=${i}><${ProblemText} problem=${problem} /></li>`,
  );
  const rest = items.slice(LISTED);
  return html`<ul class="problems">${items.slice(0, LISTED)}</ul>
    ${
      rest.length > 0 &&
      html`<details class="problems-more">
        <summary>${counted(rest.length, 'more problem')}</summary>
        <ul class="problems">${rest}</ul>
      </details>`
    }`;
}

/** @param {{text: string | false | undefined}} props */
export const Hint = ({text}) =>
  text && html`<p class="problem-hint"><span>Hint</span><code>${text}</code></p>`;

/** @param {{children?: unknown, icon?: unknown}} props */
export const Empty = ({children, icon}) =>
  html`<p class="empty">
    ${icon && html`<span class="empty-icon">${icon}</span>`}<span>${children}</span>
  </p>`;

/**
 * The class that makes a row flash. It alternates, so that the animation starts again with
 * each change; a row that only came with a snapshot does not flash.
 * @param {import('../results.js').Held} held
 */
export const flash = ({changes}) => (changes === 0 ? '' : changes % 2 ? 'flash-odd' : 'flash-even');
