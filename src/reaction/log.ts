import type {Event} from '../data/event.ts';
import type {Clock} from '../lib/clock.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import type {EventLog} from '../store/store.ts';
import {type Change, changesOf, DRASI_WORDS} from './changes.ts';
import {lagBehind} from './lag.ts';
import {reactionProblems} from './problems.ts';
import type {Reaction, ReactionState} from './reaction.ts';
import {compileRoutes, type RouteOptions, type Routes, rendered} from './routes.ts';
import {templates} from './templates.ts';

export interface LogOptions extends RouteOptions {
  readonly queries: readonly string[];
}

export interface LogWorld {
  readonly log: EventLog;
  readonly clock: Clock;
  /** Writes a line where the user reads along. */
  readonly write: (line: string) => void;
}

/** Events written in one turn, so that a long backlog holds nobody up. */
const TURN_EVENTS = 100;

/**
 * Writes a line for every change of some queries, in the words of templates or as Drasi
 * words them. What a service finds at its very first start is no change, and is not told.
 */
export function logReaction(options: LogOptions, env: LogWorld): Reaction {
  const {log, write} = env;
  const queries = new Set(options.queries);
  let state: ReactionState = {kind: 'stopped'};
  let place = log.last;
  let warning: Problem | undefined;
  let unwatch: (() => void) | undefined;
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (state.kind === 'running') turn();
    });
  }

  function turn(): void {
    try {
      writeSome();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const facts = {reaction: options.id, reason};
      state = {kind: 'failed', problem: reactionProblems['reaction-failed'](facts, {cause})};
      unwatch?.();
    }
  }

  let texts: (event: Event) => readonly string[] = () => [];

  function writeSome(): void {
    if (place < log.trimmed) {
      const missed = {reaction: options.id, from: place + 1, to: log.trimmed};
      warning = reactionProblems['events-missed'](missed);
      write(`[${options.id}] ${warning.message}`);
      place = log.trimmed;
    }
    for (const event of log.read(place, TURN_EVENTS)) {
      place = event.sequence;
      if (queries.has(event.queryId) && !isFirstResult(event)) texts(event).forEach(write);
    }
    if (place < log.last) schedule();
  }

  return {
    id: options.id,
    kind: 'log',
    queries: options.queries,
    status: () => ({
      state,
      ...lagBehind(place, log, env.clock),
      warnings: warning ? [warning] : [],
    }),
    async start() {
      try {
        const routes = compileRoutes(options, templates({html: false}));
        texts = wording(options.id, routes, (problem) => {
          warning = problem;
        });
      } catch (error) {
        const [problem] = problemsOf(error);
        if (!problem) throw error;
        state = {kind: 'failed', problem};
        return;
      }
      state = {kind: 'running'};
      write(
        `[${options.id}] Started - receiving results from queries: [${options.queries.join(', ')}]`,
      );
      unwatch = log.watch(schedule);
      schedule();
    },
    async stop() {
      unwatch?.();
      if (state.kind === 'running') turn();
      state = {kind: 'stopped'};
    },
  };
}

/** Whether an event is of the log's first transaction, and that brought what stood there. */
const isFirstResult = ({sequence, transaction}: Event): boolean =>
  transaction.kind === 'resync' && sequence === transaction.part;

function wording(id: string, routes: Routes, warn: (problem: Problem) => void) {
  function text(event: Event, change: Change): string {
    const template = routes.of(event.queryId, change.operation)?.text;
    if (!template) return drasiText(change);
    const made = rendered(template, event, change);
    if (typeof made === 'string') return made;
    warn(made);
    return drasiText(change);
  }

  return (event: Event): string[] => {
    const changes = changesOf(event);
    // A template that makes nothing of a change leaves it untold.
    const texts = changes.map((change) => text(event, change)).filter((made) => made !== '');
    if (texts.length === 0) return [];
    return [
      `[${id}] Query '${event.queryId}' (${changes.length} items):`,
      ...texts.flatMap((made) =>
        // No row may write a line that looks like another's, or move the cursor.
        made.split(/\r\n|\r|\n/).map((line) => `[${id}]   ${visible(line)}`),
      ),
    ];
  };
}

function drasiText({operation, before, after}: Change): string {
  const word = `[${DRASI_WORDS[operation]}]`;
  return operation === 'updated' ? `${word} ${before} -> ${after}` : `${word} ${after ?? before}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const visible = (line: string): string =>
  line.replace(CONTROL, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
