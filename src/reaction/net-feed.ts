import {type Event, eventId, stretchId} from '../data/event.ts';
import type {Feed, Stretch} from '../http/feed.ts';
import {frameText} from '../http/frame.ts';
import {catchUp, type Wanted} from './catch-up.ts';
import {frameCache} from './frame-cache.ts';
import {logMeter} from './log-meter.ts';
import type {QueryChoice, QueryFeedOptions} from './query-feed.ts';

/** So few are told one by one, however large they are. */
const FEW_EVENTS = 16;

/**
 * What a feed tells those who are behind: of all that they missed what it comes to, one
 * event a query.
 *
 * A browser stores the id of each event it is told, so each has one that leads exactly as
 * far: within a net diff it names the whole and the part that was sent, and whoever comes
 * back with it is sent the rest of the same net diff.
 */
export function netFeed(
  {world: {log}, encode, limits}: QueryFeedOptions,
  served: Wanted['queries'],
): Pick<Feed<QueryChoice>, 'stretch' | 'net'> {
  const nets = catchUp(log, limits);
  const meter = logMeter(log, {eventsMax: limits.behindEvents});
  const cache = frameCache(limits.cacheBytes);
  const wanted = ({key, named}: QueryChoice): Wanted => ({key, queries: named ?? served});

  function behind(place: number): boolean {
    const events = log.last - place;
    if (place < log.trimmed || events <= FEW_EVENTS) return false;
    return events > limits.behindEvents || meter.sizeAfter(place) > limits.behindBytes;
  }

  /** The frames of one event of a net diff; only the last one's id leads past all of it. */
  function framesOf(event: Event, {from, to}: Stretch, {path, key}: QueryChoice): Buffer {
    const {part, parts} = event.transaction;
    const last = part === parts;
    const sent = event.sequence;
    const id = last ? eventId(log.epoch, to) : stretchId(log.epoch, {from, sent, to});
    return cache.get(`${from} ${sent} ${to} ${key}`, () => {
      const text = encode(event, id, path);
      // Nothing of it is told on this path, or nothing has changed in the end.
      return text === '' && last ? nothingMore(to) : Buffer.from(text);
    });
  }

  return {
    stretch(after, choice) {
      if (choice.each || !behind(after)) return undefined;
      const least = log.last - Math.floor(limits.behindEvents / 2);
      const to = nets.end(after, Math.max(after + 1, least), wanted(choice)) ?? log.last;
      return {from: after, sent: after, to};
    },
    net(stretch, choice, waiting) {
      const told = nets.told(stretch, wanted(choice), waiting);
      if (told.kind !== 'made') return told;
      const {sent, to} = stretch;
      const next = told.events.findIndex(({sequence}) => sequence > sent);
      const event = told.events[next];
      if (!event) return {kind: 'made', bytes: nothingMore(to), sent: to};
      const last = next === told.events.length - 1;
      const bytes = framesOf(event, stretch, choice);
      return {kind: 'made', bytes, sent: last ? to : event.sequence};
    },
  };

  /** Pages are told of the place too: they are not shown an id without an event. */
  function nothingMore(to: number): Buffer {
    const data = JSON.stringify({sequence: to});
    return Buffer.from(frameText({event: 'progress', id: eventId(log.epoch, to), data}));
  }
}
