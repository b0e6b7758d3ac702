import type {Table} from '../../../data/schema.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import type {Draft, DraftLink} from './pattern.ts';
import {isRelated, isStay, relationsOf} from './relationship.ts';

/** In how many ways, of lengths and tables, the patterns of one MATCH may be found. */
export const WAYS_MAX = 50;

type Choice = ReadonlyMap<Draft, Table>;

/**
 * One table for each node, in each way that the relationships between them allow. With
 * `must` there has to be one: where none is, that is reported, and undefined answered; and
 * where every node has one table that is the choice, whose relationships are asked later.
 */
export function choicesOf(
  context: Context,
  {drafts, links, must}: {drafts: readonly Draft[]; links: readonly DraftLink[]; must: boolean},
): readonly Choice[] | undefined {
  const free = must && drafts.every(({tables}) => tables?.length === 1) && !links.some(isNowhere);
  let choices: readonly Choice[] = [new Map()];
  for (const draft of drafts) {
    const wider = choices.flatMap((chosen) =>
      (draft.tables ?? []).map((table): Choice => new Map([...chosen, [draft, table]])),
    );
    choices = free
      ? wider
      : wider.filter((chosen) => links.every((link) => isPossible(context, link, chosen)));
    if (choices.length > WAYS_MAX) {
      refuseWays(context, draft.span);
      return undefined;
    }
  }
  if (choices.length > 0 || !must) return choices;
  refuseUnrelated(context, links);
  return undefined;
}

/** A stay between nodes that cannot be one. */
const isNowhere = (link: DraftLink): boolean =>
  isStay(link.pattern) && pairsOf(link).every(([a, b]) => a.id !== b.id);

/** Whether the link relates what is chosen so far. */
function isPossible(context: Context, {pattern, left, right}: DraftLink, chosen: Choice): boolean {
  const [a, b] = [chosen.get(left), chosen.get(right)];
  return !a || !b || isRelated(context, pattern, a, b);
}

const pairsOf = ({left, right}: DraftLink): readonly (readonly [Table, Table])[] =>
  (left.tables ?? []).flatMap((a) => (right.tables ?? []).map((b) => [a, b] as const));

/** No choice is left: of relationships that relate no tables each is wrong, else all together. */
function refuseUnrelated(context: Context, links: readonly DraftLink[]): void {
  const wrong = links.filter(({pattern, left, right}) =>
    pairsOf({pattern, left, right}).every(([a, b]) => !isRelated(context, pattern, a, b)),
  );
  for (const link of wrong) {
    const [pair] = pairsOf(link);
    if (pair && !isStay(link.pattern)) relationsOf(context, link.pattern, pair[0], pair[1]);
  }
  if (wrong.some(({pattern}) => !isStay(pattern))) return;
  const [link = links[0]] = wrong;
  if (!link) return;
  const place = context.place(link.pattern.span);
  const stay = isStay(link.pattern);
  const message = stay
    ? 'a relationship of length 0 has nodes of two tables'
    : 'no tables have all the relationships of this pattern';
  const hint = stay
    ? 'both its ends are one node: give it other lengths too'
    : 'leave out the label, or the relationship, that the others do not go with';
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
}

export function refuseWays(context: Context, span: {start: number; end: number}): void {
  const place = context.place(span);
  const what = `a pattern that can be found in more than ${WAYS_MAX} ways`;
  const hint = 'give it shorter lengths or fewer labels';
  context.report(problems['cypher-not-supported']({what, hint}, {place}));
}
