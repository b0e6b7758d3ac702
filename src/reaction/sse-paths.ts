import type {Route, Routes} from './routes.ts';

/** The paths of one SSE reaction: its own, and those its routes send changes to. */
export interface SsePaths {
  /** Those that are known now; a path made by a template is known by its pattern only. */
  readonly fixed: readonly string[];
  /** The stream path a request asks for; undefined where it is none of ours. */
  match(requested: string): string | undefined;
  /** Where a route sends a change, `rendered` being what its path's template made of it. */
  target(rendered: string | undefined): string;
}

export function ssePaths(ssePath: string, routes: Routes): SsePaths {
  const own = normal(ssePath);
  const target = (path: string | undefined): string =>
    path === undefined || path === ''
      ? own
      : normal(path.startsWith('/') ? path : `${own}/${path}`);
  const templated = routes.all.filter(isTemplated);
  const fixed = new Set([
    own,
    ...routes.all.filter((route) => !isTemplated(route)).map(({pathText}) => target(pathText)),
  ]);
  const patterns = templated.map(({pathText}) => pattern(target(pathText)));

  return {
    fixed: [...fixed],
    match(requested) {
      const path = normal(requested);
      return fixed.has(path) || patterns.some((one) => one.test(path)) ? path : undefined;
    },
    target,
  };
}

const isTemplated = ({pathText}: Route): boolean => pathText?.includes('{{') ?? false;

/** `/events/` and `/events` are one path. */
const normal = (path: string): string => `/${path.split('/').filter(Boolean).join('/')}`;

/** What is not a template stands for itself; a template stands for anything. */
function pattern(path: string): RegExp {
  const literals = path
    .split(/\{\{.*?\}\}+/)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literals.join('.+')}$`);
}
