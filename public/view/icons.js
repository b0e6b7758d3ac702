// @ts-check
import {html} from '../vendor/htm-preact.js';

/** Pictures of the page. They say nothing that does not also stand in words beside them. */

/** @param {{children?: unknown, size?: number}} props */
function Icon({children, size = 16}) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 16 16" fill="none"
    stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"
    aria-hidden="true">${children}</svg>`;
}

/** The mark: three currents of the channel. */
export const Mark = () => html`<svg class="mark" width="30" height="30" viewBox="0 0 32 32"
  fill="none" stroke-linecap="round" stroke-width="2.6" aria-hidden="true">
  <path class="mark-1" d="M4 9c4 0 4 3 8 3s4-3 8-3 4 3 8 3" />
  <path class="mark-2" d="M4 16c4 0 4 3 8 3s4-3 8-3 4 3 8 3" />
  <path class="mark-3" d="M4 23c4 0 4 3 8 3s4-3 8-3 4 3 8 3" />
</svg>`;

export const Sun = () => html`<${Icon}><circle cx="8" cy="8" r="3" /><path
  d="M8 1.500v1M8 13.500v1M1.5 8h1M13.5 8h1M3.4 3.400l.7.7M11.9 11.900l.7.7M3.4 12.600l.7-.7M11.9 4.100l.7-.7" /><//>`;
export const Moon = () =>
  html`<${Icon}><path d="M13.5 9.600A6 6 0 0 1 6.4 2.5 6 6 0 1 0 13.5 9.600Z" /><//>`;
export const Pause = () => html`<${Icon} size=${14}><path d="M5.5 3.500v9M10.5 3.500v9" /><//>`;
export const Play = () => html`<${Icon} size=${14}><path d="M5 3.500v9l7-4.500Z" /><//>`;
export const Check = () => html`<${Icon} size=${20}><path d="m3.5 8.5 3 3 6-7" /><//>`;
export const Warn = () =>
  html`<${Icon}><path d="M8 2 1.8 13h12.400Z" /><path d="M8 6.500v3M8 11.400v.1" /><//>`;
