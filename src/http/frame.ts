/** One event of an event stream. Without `data` a browser takes its id and tells nobody. */
export interface Frame {
  readonly id?: string;
  /** Its name; without one it reaches `onmessage`. */
  readonly event?: string;
  readonly data?: string;
  readonly retryMs?: number;
}

/**
 * The frame as it stands on the wire. Whatever its parts contain, it is one event: line
 * breaks are taken out of id and name, and data that has some becomes several lines.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function frameText({id, event, data, retryMs}: Frame): string {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine(event)}\n`;
  if (id !== undefined) text += `id: ${oneLine(id)}\n`;
  if (retryMs !== undefined) text += `retry: ${Math.round(retryMs)}\n`;
  if (data !== undefined) text += dataLines(data);
  return `${text}\n`;
}

/** A line that clients skip; it keeps proxies from closing a quiet connection. */
export const COMMENT = ':\n\n';

const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, '');

function dataLines(data: string): string {
  if (!/[\r\n]/.test(data)) return `data: ${data}\n`;
  return data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');
}
