import {
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  NOT_RESOLVED,
  nullCoreTag,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import {assert} from '../lib/assert.ts';
import type {Place, Problem} from '../lib/problem.ts';
import {fileLimits} from './config.ts';
import type {Entry, ListNode, MapNode, Node, ScalarNode} from './node.ts';
import {problems} from './problems.ts';
import type {Turn} from './query-place.ts';
import {shown} from './shown.ts';
import {textTurns} from './text-turns.ts';
import {yamlReason} from './yaml-reasons.ts';

export interface YamlTreeOptions {
  readonly text: string;
  readonly events: readonly Event[];
  readonly placeOf: (offset: number) => Place;
  readonly aliases: 'expanded' | 'refused';
  readonly report: (problem: Problem) => void;
}

/**
 * Builds nodes from the parser's events, which are a flat list in the order of the text.
 *
 * Aliases share nodes, so a short file can stand for an endless one: the size a node has
 * with its aliases expanded is counted, and limited, before anybody walks it. An anchor
 * counts only once its node is complete, so no node contains itself.
 */
export class YamlTree {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #placeOf: (offset: number) => Place;
  readonly #aliases: 'expanded' | 'refused';
  readonly #report: (problem: Problem) => void;
  readonly #anchors = new Map<string, Node>();
  readonly #sizes = new WeakMap<Node, number>();
  #next = 0;
  /** Where the reading is: an empty value has no place of its own. */
  #last: Place;

  constructor({text, events, placeOf, aliases, report}: YamlTreeOptions) {
    this.#text = text;
    this.#events = events;
    this.#placeOf = placeOf;
    this.#aliases = aliases;
    this.#report = report;
    this.#last = placeOf(0);
  }

  /** The only document of the file; undefined for a file without one. */
  document(): Node | undefined {
    if (this.#events.length === 0) return undefined;
    this.#next = 1;
    const root = this.#atEnd() ? undefined : this.#node();
    this.#next++;
    if (this.#next < this.#events.length) throw this.#syntax('the file holds several documents');
    return root;
  }

  #atEnd(): boolean {
    return this.#events[this.#next]?.type === EVENT_ID.POP;
  }

  #node(): Node {
    const event = this.#events[this.#next++];
    assert(event !== undefined, 'the events of a document are balanced');
    assert(event.type !== EVENT_ID.DOCUMENT && event.type !== EVENT_ID.POP, 'a node is next');
    if (event.type === EVENT_ID.ALIAS) return this.#target(event.anchorStart, event.anchorEnd);
    const node = this.#own(event);
    if (event.anchorStart >= 0) {
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
    }
    return node;
  }

  #target(start: number, end: number): Node {
    this.#last = this.#placeOf(start - 1);
    if (this.#aliases === 'refused') throw this.#syntax('aliases (*) are not taken here');
    const node = this.#anchors.get(this.#text.slice(start, end));
    if (!node) throw this.#syntax('an alias (*) names no anchor (&) above it');
    return node;
  }

  #own(event: ScalarEvent | SequenceEvent | MappingEvent): Node {
    const tag = this.#text.slice(event.tagStart, event.tagEnd);
    if (event.type === EVENT_ID.SCALAR) {
      const node = this.#scalar(event, tag);
      this.#last = node.place;
      this.#checkTag(tag);
      return this.#counted(node, 1);
    }
    this.#last = this.#placeOf(event.start);
    this.#checkTag(tag);
    return event.type === EVENT_ID.MAPPING ? this.#map(this.#last) : this.#list(this.#last);
  }

  #list(place: Place): ListNode {
    const items: Node[] = [];
    let size = 1;
    while (!this.#atEnd()) {
      const item = this.#node();
      items.push(item);
      size += this.#sizes.get(item)!;
    }
    this.#next++;
    return this.#counted({kind: 'list', items, place}, size);
  }

  #map(place: Place): MapNode {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    let size = 1;
    while (!this.#atEnd()) {
      const key = this.#node();
      if (key.kind !== 'scalar') throw this.#syntax('a key is not text', key.place);
      const value = this.#node();
      size += 1 + this.#sizes.get(value)!;
      if (key.text === '<<') merged.push(...(value.kind === 'list' ? value.items : [value]));
      else this.#add(entries, {key: key.text, keyPlace: key.place, value});
    }
    this.#next++;
    for (const source of merged) this.#merge(entries, source);
    return this.#counted({kind: 'map', entries: [...entries.values()], place}, size);
  }

  #add(entries: Map<string, Entry>, added: Entry): void {
    const first = entries.get(added.key);
    if (!first) entries.set(added.key, added);
    else {
      const facts = {key: shown(added.key), firstLine: first.keyPlace.line};
      this.#report(problems['duplicate-key'](facts, {place: added.keyPlace}));
    }
  }

  #merge(entries: Map<string, Entry>, source: Node): void {
    if (source.kind !== 'map') {
      throw this.#syntax('a merge key (<<) takes a map or a list of maps', source.place);
    }
    for (const entry of source.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  }

  #scalar(event: ScalarEvent, tag: string): ScalarNode {
    const text = getScalarValue(this.#text, event);
    const begin = event.valueStart >= 0 ? this.#placeOf(event.valueStart) : this.#last;
    const {style} = event;
    const quoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
    const block = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
    const turns = this.#turns(event, text);
    const isNull = nullCoreTag.resolve(text, false, nullCoreTag.tagName) !== NOT_RESOLVED;
    return {
      kind: 'scalar',
      text,
      empty: style === SCALAR_STYLE.PLAIN && isNull && (tag === '' || tag === '!!null'),
      place: quoted ? {...begin, column: begin.column - 1} : begin,
      textPlace: {
        ...(block ? {...begin, column: Math.max(1, event.indent + 1)} : begin),
        ...(turns.length > 0 && {turns}),
      },
    };
  }

  /** Where it does not stand in the file as it is. */
  #turns({style, valueStart, valueEnd}: ScalarEvent, text: string): readonly Turn[] {
    const raw = valueStart >= 0 ? this.#text.slice(valueStart, valueEnd) : '';
    if (style === SCALAR_STYLE.LITERAL_BLOCK || raw === text || text === '') return [];
    const single = style === SCALAR_STYLE.SINGLE_QUOTED ? "'" : undefined;
    const quotes = style === SCALAR_STYLE.DOUBLE_QUOTED ? '"' : single;
    const placeOf = (offset: number): Place => this.#placeOf(valueStart + offset);
    return textTurns({raw, text, quotes, placeOf});
  }

  #checkTag(tag: string): void {
    if (CORE_TAGS.includes(tag)) return;
    throw this.#syntax('an unquoted "!" begins a YAML tag, and there is no such tag');
  }

  #counted<T extends Node>(node: T, size: number): T {
    if (size > fileLimits.nodes) {
      const facts = {what: 'values, aliases expanded', found: size, max: fileLimits.nodes};
      throw problems['config-too-large'](facts, {place: node.place});
    }
    this.#sizes.set(node, size);
    return node;
  }

  #syntax(reason: string, place = this.#last): Problem {
    return problems['yaml-syntax'](yamlReason(reason), {place});
  }
}

/** The tags of the core schema. They change nothing: each setting knows its own type. */
const CORE_TAGS = ['', '!', '!!str', '!!int', '!!float', '!!bool', '!!null', '!!seq', '!!map'];
