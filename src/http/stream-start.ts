import type {IncomingMessage} from 'node:http';
import type {Choice, Feed} from './feed.ts';
import type {Start} from './stream-client.ts';

/**
 * Where a request for a stream wants to begin. The header goes before the address: a
 * browser that comes back by itself still has the address it began with.
 */
export function startOf<C extends Choice>(request: IncomingMessage, feed: Feed<C>): Start {
  const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
  const header = request.headers['last-event-id'];
  const id =
    (typeof header === 'string' && header) ||
    query.get('lastEventId') ||
    query.get('last_event_id');
  if (!id) return {kind: query.get('snapshot') === 'true' ? 'snapshot' : 'now'};
  const found = feed.placeOf(id);
  switch (found.kind) {
    case 'held':
      return {kind: 'after', place: found.place};
    case 'within':
      return {kind: 'within', stretch: found.stretch, id};
    default:
      return {kind: 'reset', reason: found.reason};
  }
}

/** Whether it begins with everything there is. */
export const startsWhole = ({kind}: Start): boolean => kind === 'snapshot' || kind === 'reset';
