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
  'source-left-out': {
    cause: 'A query that was added over the API reads a source that the configuration has no more.',
    remedy: 'Add the source to the file and the query over the API again: the log has its text.',
    say: ({query, source, text}: {query: string; source: string; text: string}) => ({
      message: `query "${query}" is gone with its source "${source}"`,
      detail: `Its text: ${text}`,
      hint: `add the source to the file, and then the query with POST /api/v1/queries`,
    }),
  },
});
