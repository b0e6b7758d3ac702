import type {RequestListener, ServerResponse} from 'node:http';
import {httpProblems} from './problems.ts';

/**
 * Hands on requests, one of a connection at a time, whose target is a path, and such as
 * name the host before it, which a server must take too. What is neither would be answered
 * by Express itself, as a page.
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function withPaths(handle: RequestListener): RequestListener {
  return (request, response) => {
    const path = pathOf(request.url ?? '');
    if (path === undefined) return refuse(response);
    request.url = path;
    inTurn(response, () => handle(request, response));
  };
}

/**
 * A request that was sent before the last one was answered is taken when its turn comes.
 * Until then its response has no socket, and nobody would hear of that one's closing.
 */
function inTurn(response: ServerResponse, act: () => void): void {
  if (response.socket === null) response.once('socket', act);
  else act();
}

function pathOf(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const [origin] = /^https?:\/\/[^/?#]+/i.exec(target) ?? [];
  if (origin === undefined) return undefined;
  const rest = target.slice(origin.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function refuse(response: ServerResponse): void {
  const error = httpProblems['bad-request']({reason: 'its target is no path'});
  response.writeHead(httpProblems.entries['bad-request'].status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(JSON.stringify({success: false, data: null, error}));
}
