// @ts-check
import {useLayoutEffect, useRef} from '../vendor/htm-preact.js';

/**
 * How rows of a table move. By animations of their own and not by those of the style sheet:
 * these begin again whenever an element is put in another place, and rows that had only to
 * make room would flash.
 */

const FLASH_MS = 1100;
const SLIDE_MS = 260;

/** Whoever asks for less motion sees what is so and no more. */
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * A row flashes once for each of its changes, wherever it goes meanwhile.
 * @param {import('../results.js').Held} held
 * @returns {{current: HTMLTableRowElement | null}} For the row.
 */
export function useFlash({changes}) {
  const row = useRef(/** @type {HTMLTableRowElement | null} */ (null));
  useLayoutEffect(() => {
    if (changes === 0 || calm()) return;
    const frames = [{backgroundColor: 'var(--flash)'}, {backgroundColor: 'transparent'}];
    row.current?.animate(frames, {id: 'flash', duration: FLASH_MS, easing: 'ease-out'});
  }, [changes]);
  return row;
}

/**
 * Rows slide to their places from where they were.
 * @param {unknown} rows Rows stay where they are as long as it is the same.
 * @param {{slides: boolean}} options
 * @returns {{current: HTMLTableSectionElement | null}} For the table's body.
 */
export function useSlide(rows, {slides}) {
  const body = useRef(/** @type {HTMLTableSectionElement | null} */ (null));
  const places = useRef(/** @type {ReadonlyMap<string | undefined, number>} */ (new Map()));
  useLayoutEffect(() => {
    if (!slides || calm()) return;
    const elements = [...(body.current?.rows ?? [])];
    const tops = elements.map((row) => row.offsetTop);
    for (const [i, row] of elements.entries()) {
      const way = (places.current.get(row.dataset.key) ?? tops[i] ?? 0) - (tops[i] ?? 0);
      // What moves past others covers them; those only make room.
      if (way !== 0) slide(row, way, Math.abs(way) > 1.5 * row.offsetHeight ? COVERING : {});
    }
    places.current = new Map(elements.map((row, i) => [row.dataset.key, tops[i] ?? 0]));
  }, [rows, slides]);
  return body;
}

const COVERING = {zIndex: 1, backgroundColor: 'var(--moving)'};

/**
 * @param {HTMLTableRowElement} row
 * @param {number} way In pixels, down to where it was.
 * @param {Keyframe} look Meanwhile.
 */
function slide(row, way, look) {
  const frames = [
    {transform: `translateY(${way}px)`, ...look},
    {transform: 'none', ...look},
  ];
  row.animate(frames, {id: 'slide', duration: SLIDE_MS, easing: 'ease-out'});
}
