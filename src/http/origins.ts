import cors from 'cors';
import type {RequestHandler} from 'express';

/** Lets pages of other origins read what is served; none named, or `*`, is any. */
export function origins(allowed: readonly string[]): RequestHandler {
  const any = allowed.length === 0 || allowed.includes('*');
  return cors({
    origin: any ? '*' : [...allowed],
    methods: ['GET', 'HEAD'],
    exposedHeaders: ['ETag', 'Link', 'Retry-After'],
    maxAge: 600,
  });
}
