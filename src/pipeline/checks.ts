import type {Checks} from '../config/read.ts';
import {templates} from '../reaction/templates.ts';
import {queryFindings} from './definition.ts';
import {jqThread} from './jq.ts';

export interface TextChecks extends Checks {
  /** Ends what it was checked with. */
  close(): Promise<void>;
}

/** Nothing is run but jq's own reading of a program. */
const JQ_MS = 10_000;

/** What the stages know of the texts in a configuration before anything runs. */
export function textChecks(): TextChecks {
  const jq = jqThread({timeoutMs: JQ_MS});
  const {compile} = templates({html: true});
  return {
    checkTemplate(text) {
      try {
        compile(text);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    checkQuery: (query) => queryFindings(query, {jq}),
    close: jq.close,
  };
}
