import {readFile} from 'node:fs/promises';
import {say} from './support/verdict.ts';

/**
 * What has become more between two snapshots of a heap? Objects by the name of their
 * constructor, or by their kind where they have none, with how many there are and what
 * they take themselves.
 *
 *   npx tsx bench/heap.ts BEFORE.heapsnapshot AFTER.heapsnapshot [how many]
 */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

interface Held {
  count: number;
  bytes: number;
}

const NAMELESS = new Set(['string', 'concatenated string', 'sliced string', 'number', 'code']);

const [before, after, count = '25'] = process.argv.slice(2);
if (before === undefined || after === undefined) throw new Error('name two snapshots');
const [was, is] = [await heldBy(before), await heldBy(after)];
const none: Held = {count: 0, bytes: 0};
const grown = [...new Set([...was.keys(), ...is.keys()])].map((name) => {
  const [old, now] = [was.get(name) ?? none, is.get(name) ?? none];
  return {name, bytes: now.bytes - old.bytes, count: now.count - old.count, now};
});
const total = (of: ReadonlyMap<string, Held>): number =>
  [...of.values()].reduce((sum, {bytes}) => sum + bytes, 0);
say(`${kb(total(was))} KB before, ${kb(total(is))} KB after`);
for (const {name, bytes, count: more, now} of grown
  .sort((a, b) => b.bytes - a.bytes)
  .slice(0, Number(count))) {
  say(
    `${kb(bytes).padStart(8)} KB more, ${String(more).padStart(8)} objects more` +
      ` (${kb(now.bytes)} KB, ${now.count})  ${name}`,
  );
}

function kb(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}

async function heldBy(file: string): Promise<ReadonlyMap<string, Held>> {
  const {snapshot, nodes, strings} = JSON.parse(await readFile(file, 'utf8')) as Snapshot;
  const {node_fields: fields, node_types: types} = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ['type', 'name', 'self_size'].map((one) => fields.indexOf(one));
  const held = new Map<string, Held>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[0][nodes[at + typeAt!]!]!;
    const name = NAMELESS.has(type) ? `(${type})` : `${strings[nodes[at + nameAt!]!]} (${type})`;
    const one = held.get(name) ?? {count: 0, bytes: 0};
    one.count += 1;
    one.bytes += nodes[at + sizeAt!]!;
    held.set(name, one);
  }
  return held;
}
