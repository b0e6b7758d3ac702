import type {Checks} from '../config/read.ts';
import {templates} from '../reaction/templates.ts';
import {queryProblems} from './definition.ts';

/** What the stages know of the texts in a configuration before anything runs. */
export function textChecks(): Checks {
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
    checkQuery: queryProblems,
  };
}
