import {catalogue} from '../lib/problem.ts';

/** What can be wrong with how the parts of a configuration fit together. */
export const pipelineProblems = catalogue({
  'several-sources': {
    cause: 'A query reads from more than one source.',
    remedy: 'Name one source; join tables of one database, or ask for two queries.',
    say: ({query, sources}: {query: string; sources: readonly string[]}) => ({
      message: `query "${query}" cannot read from several sources`,
      detail: `It names ${sources.map((id) => `"${id}"`).join(', ')}.`,
      hint: 'name one source in "sources"',
    }),
  },
});
