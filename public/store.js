// @ts-check
/**
 * Holds the state and says when it is to be drawn: at most once a frame, however many
 * messages came in between.
 *
 * @template State, Message
 * @param {(state: State, message: Message) => State} fold
 * @param {State} initial
 * @param {(state: State) => void} draw
 */
export function openStore(fold, initial, draw) {
  let state = initial;
  let due = false;

  return {
    get state() {
      return state;
    },
    /** @param {Message} message */
    send(message) {
      const next = fold(state, message);
      if (next === state) return;
      state = next;
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        draw(state);
      });
    },
  };
}
