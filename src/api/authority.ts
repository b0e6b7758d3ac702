import {createHash, timingSafeEqual} from 'node:crypto';
import cors from 'cors';
import type {RequestHandler} from 'express';
import {origins} from '../http/origins.ts';
import {apiProblems} from './problems.ts';

/**
 * Lets nobody through who does not carry the token. Without one in the configuration
 * nobody can: a service that was set up to be read is not there to be changed.
 *
 * A browser sends this header for no page that does not know the token, unlike cookies,
 * so that a page of another origin can change nothing on its reader's behalf.
 */
export function authorised(apiToken: string): RequestHandler {
  const expected = digest(apiToken);
  return (request, response, next) => {
    if (apiToken === '') throw apiProblems['changes-disabled']({});
    const [, given] = /^Bearer +(\S+) *$/i.exec(request.get('Authorization') ?? '') ?? [];
    if (given === undefined) {
      response.set('WWW-Authenticate', 'Bearer realm="tailrace"');
      throw apiProblems['token-missing']({});
    }
    if (!timingSafeEqual(digest(given), expected)) {
      response.set('WWW-Authenticate', 'Bearer realm="tailrace", error="invalid_token"');
      throw apiProblems['token-wrong']({});
    }
    next();
  };
}

/** Of one length for all texts, so that comparing two tells nothing of either. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Pages of any origin, or of those listed, may read; only of those that are listed, write. */
export function apiOrigins(allowed: readonly string[]): RequestHandler {
  const read = origins(allowed);
  const write = cors({
    origin: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: ['ETag', 'Link', 'Retry-After', 'WWW-Authenticate'],
    maxAge: 600,
  });
  const writers = allowed.filter((origin) => origin !== '*');
  return (request, response, next) => {
    if (writers.length > 0) response.vary('Origin');
    const listed = writers.includes(request.get('Origin') ?? '');
    return (listed ? write : read)(request, response, next);
  };
}
