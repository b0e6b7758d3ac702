import type {Request, RequestHandler} from 'express';
import {authorised} from './authority.ts';
import {apiProblems} from './problems.ts';
import type {ApiService, SourceView} from './service.ts';
import {sourceBody} from './views.ts';

type Handler = RequestHandler<Record<string, string>>;

/**
 * Answers `POST …/resync`: the source begins to compare its tables with the database, and
 * clients are told what differs. 202, since it goes on after the answer.
 */
export function resyncHandlers(
  {service, apiToken}: {service: ApiService; apiToken: string},
  asked: (request: Request<Record<string, string>>) => SourceView,
): readonly Handler[] {
  return [
    authorised(apiToken),
    (request, response) => {
      if (service.draining) throw apiProblems['service-stopping']({});
      const source = asked(request);
      if (source.status().state.kind === 'stopped') {
        throw apiProblems['source-stopped']({id: source.id});
      }
      source.resync();
      const data = {
        message: `Source '${source.id}' is being compared with the database`,
        source: sourceBody(source),
      };
      response
        .status(202)
        .set('Cache-Control', 'no-store')
        .json({success: true, data, error: null});
    },
  ];
}
