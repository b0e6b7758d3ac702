// @ts-check
/**
 * Dark or light: the system's choice until the user makes one, which is then remembered.
 * The colours are CSS's business (`light-dark()`); here only the choice is kept.
 *
 * @typedef {'dark' | 'light'} Theme
 */

const KEY = 'tailrace-theme';
const systemDark = () => matchMedia('(prefers-color-scheme: dark)');

/** @returns {Theme} */
export function theme() {
  const chosen = remembered();
  if (chosen) return chosen;
  return systemDark().matches ? 'dark' : 'light';
}

/** @param {Theme} chosen */
export function chooseTheme(chosen) {
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Storage is refused in some private windows: the choice then lasts as long as the page.
  }
}

/** Takes up a remembered choice. Called before the first paint. */
export function applyTheme() {
  const chosen = remembered();
  if (chosen) document.documentElement.dataset.theme = chosen;
}

/** @param {() => void} listener Called when the system's choice changes. */
export function onSystemTheme(listener) {
  systemDark().addEventListener('change', listener);
}

/** @returns {Theme | undefined} */
function remembered() {
  const chosen = document.documentElement.dataset.theme ?? stored();
  return chosen === 'dark' || chosen === 'light' ? chosen : undefined;
}

function stored() {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
