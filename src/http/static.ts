import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import express, {Router} from 'express';

const require = createRequire(import.meta.url);

/** Libraries a page may load: modules that import nothing, as their packages ship them. */
const VENDOR: Readonly<Record<string, () => string>> = {
  'htm-preact.js': () => besides('htm', '../preact/standalone.module.js'),
  'uplot.js': () => besides('uplot', 'uPlot.esm.js'),
  'uplot.css': () => besides('uplot', 'uPlot.min.css'),
};

/** A file beside a package's entry, wherever the package is installed. */
function besides(name: string, file: string): string {
  return join(dirname(require.resolve(name)), file);
}

/**
 * Serves a directory of pages at `/`, and the libraries they use at `/vendor/`. Browsers
 * ask every time whether a file has changed, so that an update is seen at once.
 */
export function staticFiles(directory: string): Router {
  const router = Router();
  const headers = {etag: true, cacheControl: false, setHeaders: alwaysAsk} as const;
  router.get('/vendor/:file', (request, response, next) => {
    const {file} = request.params;
    if (!Object.hasOwn(VENDOR, file)) return next();
    response.sendFile(VENDOR[file]!(), {
      cacheControl: false,
      headers: {'Cache-Control': 'no-cache'},
    });
  });
  router.use(express.static(directory, {...headers, redirect: false}));
  return router;
}

function alwaysAsk(response: {setHeader(name: string, value: string): unknown}): void {
  response.setHeader('Cache-Control', 'no-cache');
}
