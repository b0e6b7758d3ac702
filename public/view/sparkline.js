// @ts-check
import {html, useEffect, useRef} from '../vendor/htm-preact.js';
import uPlot from '../vendor/uplot.js';

/**
 * The last readings of a metric as a small line, in the colour of its surroundings. It
 * tells nothing that the value beside it does not, so that it is hidden from readers.
 *
 * @typedef {import('../readings.js').Reading} Reading
 *
 * @param {{readings: readonly Reading[], level: string, theme: string}} props `level` and
 *   `theme`: what the colour hangs on.
 */
export function Sparkline({readings, level, theme}) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined));

  useEffect(() => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    const drawn = new uPlot(optionsFor(element), dataOf(readings), element);
    plot.current = drawn;
    const sized = new ResizeObserver(() => drawn.setSize(sizeOf(element)));
    sized.observe(element);
    return () => {
      sized.disconnect();
      drawn.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(readings)), [readings]);
  // Only the colour is new: a full redraw would set the scale, which may not be known yet.
  useEffect(() => plot.current?.redraw(false), [level, theme]);

  return html`<div class="spark" ref=${box} aria-hidden="true"></div>`;
}

/**
 * One reading is drawn as a level line: two equal points a moment apart.
 * @param {readonly Reading[]} readings
 * @returns {[number[], number[]]}
 */
function dataOf(readings) {
  const [only] = readings;
  const drawn = readings.length === 1 && only ? [[only[0] - 1000, only[1]], only] : readings;
  return [drawn.map(([atMs]) => atMs / 1000), drawn.map(([, value]) => value)];
}

/** @param {HTMLElement} element */
const sizeOf = (element) => ({width: element.clientWidth, height: element.clientHeight});

/**
 * @param {HTMLElement} element
 * @returns {uPlot.Options}
 */
function optionsFor(element) {
  const color = () => getComputedStyle(element).color;
  return {
    ...sizeOf(element),
    legend: {show: false},
    cursor: {show: false},
    select: {show: false, left: 0, top: 0, width: 0, height: 0},
    axes: [{show: false}, {show: false}],
    padding: [4, 4, 3, 0],
    scales: {x: {time: false}, y: {range: (_, min, max) => rangeOf(min, max)}},
    series: [
      {},
      {
        stroke: color,
        width: 1.5,
        fill: (plot) => fade(plot, color()),
        points: {
          show: true,
          size: 5,
          width: 0,
          fill: color,
          filter: (plot) => [plot.data[0].length - 1],
        },
      },
    ],
  };
}

/**
 * The scale keeps some room, so that noise of a steady value does not fill the height.
 * @param {number} min
 * @param {number} max
 * @returns {[number, number]}
 */
function rangeOf(min, max) {
  const span = Math.max(max - min, Math.abs(max) * 0.08, 0.5);
  const middle = (min + max) / 2;
  return [middle - span * 0.6, middle + span * 0.6];
}

/**
 * @param {uPlot} plot
 * @param {string} color As computed: `rgb(…)` or `color(…)`.
 */
function fade(plot, color) {
  const {top, height} = plot.bbox;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, `color-mix(in srgb, ${color} 26%, transparent)`);
  gradient.addColorStop(1, `color-mix(in srgb, ${color} 2%, transparent)`);
  return gradient;
}
