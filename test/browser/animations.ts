import type {Page} from 'playwright-core';

/** An animation of a row, as it began. */
export interface Begun {
  readonly id: string;
  /** The label of its table. */
  readonly table: string;
  /** The row's first cell. */
  readonly cell: string;
}

/** Has the page note the animations of rows, and draw them out, so that a slow machine sees them. */
export const recordAnimations = (page: Page): Promise<unknown> =>
  page.evaluate(`
    window.begun = [];
    const {animate} = Element.prototype;
    Element.prototype.animate = function (frames, options) {
      const table = this.closest('.table-box')?.ariaLabel;
      window.begun.push({id: options.id, table, cell: this.cells?.[0].innerText});
      return animate.call(this, frames, {...options, duration: 20 * options.duration});
    };
  `);

/** What has begun since. */
export const animations = (page: Page): Promise<Begun[]> => page.evaluate<Begun[]>('window.begun');
