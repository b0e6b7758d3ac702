import type {TableId} from '../data/schema.ts';
import {aggregateText, expressionText, sortText, timeCallText} from './expression-text.ts';
import type {Plan} from './plan.ts';
import type {Stage} from './stage.ts';

/**
 * A running plan as indented text: an operator a line, with the rows it remembers and,
 * where it is measured, the time it has worked. A filter that the projection above judges
 * in its own loop has its time there. A shared subplan stands where it is read, with the
 * rows and the time of all its readers together.
 */
export function explain(root: Stage, sharedTexts?: SharedTexts): string {
  const lines: string[] = [];
  const seen = new Set<Plan>();
  const write = (stage: Stage, depth: number): void => {
    const again = seen.has(stage.plan);
    seen.add(stage.plan);
    const shared = stage.plan.kind === 'scan' && !again && sharedTexts?.of(stage.plan.table);
    if (shared) {
      lines.push(...shared.split('\n').map((line) => `${'  '.repeat(depth)}${line}`));
      return;
    }
    const told = again ? '  (as above)' : figuresOf(stage);
    lines.push(`${'  '.repeat(depth)}${nodeText(stage.plan)}${told}`);
    if (again) return;
    for (const input of stage.inputs) {
      // Stages of one node are one line.
      if (input.plan === stage.plan) for (const below of input.inputs) write(below, depth + 1);
      else write(input, depth + 1);
    }
  };
  write(root, 0);
  return lines.join('\n');
}

/** The texts of shared subplans, by the ids under which they are scanned. */
export interface SharedTexts {
  of(table: TableId): string | undefined;
}

function figuresOf({size, spentNs}: Stage): string {
  const held = size > 0 ? `  rows held: ${size}` : '';
  const spent = spentNs && spentNs() > 0 ? `  time: ${(spentNs() / 1e6).toFixed(3)} ms` : '';
  return `${held}${spent}`;
}

/** One node of a plan in words, without its inputs. */
export function nodeText(plan: Plan): string {
  const names = (of: Plan): readonly string[] => of.columns.map(({name}) => name);
  switch (plan.kind) {
    case 'scan':
      return plan.of ? nodeText(plan.of) : `scan ${plan.table}`;
    case 'values':
      return `values ${plan.rows.length === 1 ? '1 row' : `${plan.rows.length} rows`}`;
    case 'filter':
      return `filter ${expressionText(plan.predicate, names(plan.input))}`;
    case 'project':
      return `project ${plan.expressions
        .map((expression, i) =>
          named(expressionText(expression, names(plan.input)), names(plan)[i]),
        )
        .join(', ')}`;
    case 'join':
      return joinText(plan);
    case 'aggregate':
      return [
        'aggregate',
        plan.aggregates.map((call) => aggregateText(call, names(plan.input))).join(', '),
        ...(plan.groupBy.length > 0
          ? [`by ${plan.groupBy.map((key) => expressionText(key, names(plan.input))).join(', ')}`]
          : []),
      ]
        .filter((part) => part !== '')
        .join(' ');
    case 'distinct': {
      if (!plan.on) return 'distinct';
      const {expressions, orderBy} = plan.on;
      return `distinct on ${expressions
        .map((expression) => expressionText(expression, names(plan.input)))
        .join(', ')}${sortText(orderBy, names(plan.input))}`;
    }
    case 'unnest':
      return `unnest ${expressionText(plan.list, names(plan.input))}${plan.outer ? ' outer' : ''}`;
    case 'batch':
      return `batch ${plan.function.name}`;
    case 'order': {
      const limit = plan.limit === undefined ? '' : ` limit ${plan.limit}`;
      const offset = plan.offset === 0 ? '' : ` offset ${plan.offset}`;
      return `order${sortText(plan.by, names(plan.input))}${limit}${offset}`;
    }
    case 'window':
      return `window ${plan.functions.map(({function: {name}}) => name).join(', ')}`;
    case 'recursive':
      return `recursive${plan.all ? ' all' : ''}`;
    case 'working':
      return 'working rows';
    case 'timed':
      return `timed ${plan.functions.map((call) => timeCallText(call, names(plan.input))).join(', ')}`;
    default:
      return `${plan.kind}${plan.all ? ' all' : ''}`;
  }
}

function joinText(plan: Extract<Plan, {kind: 'join'}>): string {
  const left = plan.left.columns.map(({name}) => name);
  const right = plan.right.columns.map(({name}) => name);
  const keys = plan.keys.map(
    (key) => `${expressionText(key.left, left)} = ${expressionText(key.right, right)}`,
  );
  const residual = plan.residual ? [expressionText(plan.residual, [...left, ...right])] : [];
  const conditions = [...keys, ...residual];
  return conditions.length === 0
    ? `${plan.type} join: every pair`
    : `${plan.type} join on ${conditions.join(' and ')}`;
}

const named = (text: string, name: string | undefined): string =>
  name === undefined || text === name ? text : `${text} as ${name}`;
