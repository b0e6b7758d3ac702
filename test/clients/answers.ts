import type {Asked} from './asker.ts';
import {rowTexts} from './row-texts.ts';

type Rows = ReadonlyMap<string, string>;

/** The rows of an answer of `shape=keyed`, in its order. */
export function listOf({text}: Pick<Asked, 'text'>): [string, string][] {
  const rows = rowTexts(text, ['results']).get('results') ?? [];
  return rows.map(({key, after}) => [key, after ?? '']);
}

export function rowsOf(answer: Pick<Asked, 'text'>): Map<string, string> {
  const list = listOf(answer);
  const rows = new Map(list);
  if (rows.size !== list.length) throw new Error(`a key twice: ${answer.text}`);
  return rows;
}

/** The path of the next page. */
export const nextOf = ({headers}: Asked): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];

/** The texts of the events of a page of history. */
export function eventTexts(text: string): string[] {
  return text
    .slice('{"success":true,"data":{"events":['.length)
    .split(/(?<=^|,)(?=\{"queryId":"[a-z]+","added":\[)/)
    .filter((one) => one.startsWith('{"queryId"'))
    .map((one) => one.replace(/,$/, '').replace(/\],"epoch":.*$/s, ''));
}

/** Takes an event into rows; throws where it does not follow on them. */
export function foldIn(rows: Map<string, string>, text: string, where: string): void {
  for (const [name, list] of rowTexts(text, ['added', 'updated', 'deleted'])) {
    for (const {key, before, after} of list) {
      const held = rows.get(key);
      if (held !== before)
        throw new Error(`${where}: ${name} ${key} was ${before}, held is ${held}`);
      if (after === undefined) rows.delete(key);
      else rows.set(key, after);
    }
  }
}

export function same(what: string, found: Rows, wanted: Rows): void {
  const keys = new Set([...found.keys(), ...wanted.keys()]);
  const differ = [...keys].filter((key) => found.get(key) !== wanted.get(key));
  if (differ.length === 0) return;
  const some = differ.slice(0, 5).map((key) => `${key}: ${found.get(key)}, not ${wanted.get(key)}`);
  throw new Error(`${what}: ${some.join('; ').slice(0, 1000)}`);
}
