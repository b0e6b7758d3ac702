import express, {type Request, type Response} from 'express';
import {httpProblems} from '../http/problems.ts';
import {apiProblems} from './problems.ts';
import type {QueryText} from './service.ts';

const FORMS: Readonly<Record<string, QueryText['form']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'text/yaml': 'yaml',
  'text/x-yaml': 'yaml',
};

/**
 * The text of a request's body. Only what says that it is JSON or YAML is read, so that no
 * form of a web page, which can say neither, is taken for one.
 */
export async function bodyOf(
  request: Request,
  response: Response,
  {limitBytes}: {limitBytes: number},
): Promise<QueryText> {
  const type = (request.get('Content-Type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
  if (!form) throw apiProblems['media-type-unsupported']({type});
  const read = express.text({type: () => true, limit: limitBytes, inflate: false});
  await new Promise<void>((resolve, reject) => {
    read(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  }).catch((error: unknown) => {
    if ((error as {status?: unknown}).status !== 413) throw error;
    response.set('Connection', 'close');
    throw httpProblems['body-too-large']({limitBytes}, {cause: error});
  });
  return {text: typeof request.body === 'string' ? request.body : '', form};
}
