import type {Event} from '../data/event.ts';
import {templateRow} from './template-values.ts';

export type Operation = 'added' | 'updated' | 'deleted';

/** One row's change of an event, as Drasi speaks of it. Rows are JSON texts. */
export interface Change {
  readonly operation: Operation;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Drasi's words for operations. */
export const DRASI_WORDS: Readonly<Record<Operation, string>> = {
  added: 'ADD',
  updated: 'UPDATE',
  deleted: 'DELETE',
};

export function changesOf({added, updated, deleted}: Event): Change[] {
  return [
    ...added.map(({after}) => ({operation: 'added' as const, before: undefined, after})),
    ...updated.map(({before, after}) => ({operation: 'updated' as const, before, after})),
    ...deleted.map(({before}) => ({operation: 'deleted' as const, before, after: undefined})),
  ];
}

/** When the change was committed, milliseconds since 1970. */
export const timestampMs = ({transaction}: Event): number =>
  Math.floor(transaction.commitTime / 1000);

/** The variables of a template. */
export function templateContext(event: Event, change: Change): Record<string, unknown> {
  const {operation, before, after} = change;
  const newest = after === undefined ? undefined : templateRow(after);
  return {
    ...(before !== undefined && {before: templateRow(before)}),
    ...(newest !== undefined && {after: newest}),
    ...(operation === 'updated' && {data: newest}),
    query_name: event.queryId,
    operation: DRASI_WORDS[operation],
    timestamp: timestampMs(event),
  };
}

/** A change as Drasi's clients read it. */
export function drasiChange({operation, before, after}: Change): string {
  const type = DRASI_WORDS[operation];
  if (operation !== 'updated') return `{"type":"${type}","data":${after ?? before}}`;
  return `{"type":"${type}","data":${after},"before":${before},"after":${after}}`;
}

/** An event as Drasi's clients read it, a list of changes. */
export function drasiEvent(event: Event): string {
  const results = changesOf(event).map(drasiChange).join(',');
  const head = `{"queryId":${JSON.stringify(event.queryId)}`;
  return `${head},"results":[${results}],"timestamp":${timestampMs(event)}}`;
}

/** A single change as Drasi's clients read it, where a route sends each alone. */
export function drasiResult(event: Event, change: Change): string {
  const head = `{"queryId":${JSON.stringify(event.queryId)}`;
  return `${head},"result":${drasiChange(change)},"timestamp":${timestampMs(event)}}`;
}
