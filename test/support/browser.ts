import {existsSync} from 'node:fs';
import {type Browser, chromium} from 'playwright-core';

/** Where a Chromium is looked for, in this order, after `CHROMIUM_PATH`. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A page that only this machine is to see needs no sandbox and no talk with the vendor. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that browser tests drive; undefined where this machine has none. */
export function chromiumPath(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  return (named ? [named] : PLACES).find((path) => existsSync(path));
}

/**
 * Whether browser tests have to be skipped. Says so and why, since a test that is skipped in
 * silence is no test; where everything is required it throws instead.
 */
export function withoutBrowser(): boolean {
  if (chromiumPath() !== undefined) return false;
  const why = `no Chromium found (CHROMIUM_PATH, ${PLACES.join(', ')})`;
  if (process.env.TAILRACE_TEST_REQUIRE === 'all') throw new Error(`browser tests: ${why}`);
  process.stderr.write(`skipped: browser tests: ${why}\n`);
  return true;
}

/** The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('a browser test asks `withoutBrowser` first');
  return chromium.launch({executablePath, headless: true, args: FLAGS});
}
