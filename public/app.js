// @ts-check
import {openPoll} from './poll.js';
import {fold, initialState} from './state.js';
import {openStore} from './store.js';
import {openStream} from './stream.js';
import {applyTheme} from './theme.js';
import {openTops} from './tops.js';
import {html, render} from './vendor/htm-preact.js';
import {App} from './view/app.js';

/** Joins the page: what comes in is folded into the state, and the state is drawn. */
function start() {
  const root = /** @type {HTMLElement} */ (document.querySelector('#app'));
  const store = openStore(fold, initialState(Date.now()), draw);
  const lookAtTops = openTops({send, current: () => store.state});
  const stream = openStream({
    on(message) {
      send(message);
      // A query may be another one now.
      if (message.kind === 'event' && message.event.transaction.kind === 'resync') poll();
      const {gap, disagreement} = store.state;
      if (gap || disagreement?.read === false) stream.restart();
    },
  });
  const poll = openPoll(send);

  /** @param {import('./state.js').Message} message */
  function send(message) {
    store.send(message);
    lookAtTops();
  }

  const dismiss = () => send({kind: 'dismissed', atMs: Date.now()});

  function draw() {
    const acts = {onRetry: stream.retry, onDismiss: dismiss};
    render(html`<${App} state=${store.state} ...${acts} />`, root);
  }
  draw();
}

applyTheme();
start();
