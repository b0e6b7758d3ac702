import {type RequestHandler, Router} from 'express';
import {nothingHere} from './answers.ts';
import {type Address, type Listener, type ListenerOptions, openListener} from './listener.ts';
import {httpProblems} from './problems.ts';

/** What is served at an address, and can be taken away from it again. */
export interface Mount {
  readonly port: number;
  /** Serves it no more; the last one's going closes the listener. */
  unmount(): Promise<void>;
}

/** All listeners of the service: one per host and port, shared by what is mounted on it. */
export interface Listeners {
  /**
   * Serves what `make` answers at an address. `paths` are those it takes for itself: no
   * other mount of the listener may have them. Throws a Problem where that can't be.
   */
  mount(
    address: Address,
    paths: readonly string[],
    make: (listener: Listener) => RequestHandler,
  ): Promise<Mount>;
  close(): Promise<void>;
}

interface Mounted {
  readonly setting: string;
  readonly paths: readonly string[];
  handler: RequestHandler | undefined;
}

interface Shared {
  readonly key: string;
  readonly mounted: Set<Mounted>;
  readonly opened: Promise<Listener>;
  rebuild(): void;
}

export function listeners(options: ListenerOptions): Listeners {
  const open = new Map<string, Shared>();

  function shared(address: Address): Shared {
    const key = `${address.host} ${address.port}`;
    const held = address.port === 0 ? undefined : open.get(key);
    if (held) return held;
    const made = sharedListener(key, address, options);
    if (address.port === 0)
      void made.opened.then(
        ({port}) => keep(`${address.host} ${port}`, made),
        () => {},
      );
    else keep(key, made);
    return made;
  }

  function keep(key: string, listener: Shared): void {
    open.set(key, listener);
    listener.opened.catch(() => open.delete(key));
  }

  async function unmount(listener: Shared, mounted: Mounted): Promise<void> {
    if (!listener.mounted.delete(mounted)) return;
    listener.rebuild();
    if (listener.mounted.size > 0) return;
    for (const [key, value] of open) if (value === listener) open.delete(key);
    await (await listener.opened).close();
  }

  return {
    async mount(address, paths, make) {
      const listener = shared(address);
      refuseTaken(listener, address, paths);
      const mounted: Mounted = {setting: address.setting, paths, handler: undefined};
      listener.mounted.add(mounted);
      const opened = await listener.opened;
      mounted.handler = make(opened);
      listener.rebuild();
      return {port: opened.port, unmount: () => unmount(listener, mounted)};
    },
    async close() {
      const all = [...new Set(open.values())];
      await Promise.all(
        all.flatMap((listener) => [...listener.mounted].map((one) => unmount(listener, one))),
      );
    },
  };
}

function sharedListener(key: string, address: Address, options: ListenerOptions): Shared {
  const mounted = new Set<Mounted>();
  let router = Router();
  return {
    key,
    mounted,
    opened: openListener(
      address,
      (request, response, next) => router(request, response, next),
      options,
    ),
    rebuild() {
      router = Router();
      for (const {handler} of mounted) if (handler) router.use(handler);
      const paths = [...mounted].flatMap((one) => one.paths);
      router.use(nothingHere(paths, `served here: ${paths.join(', ')}; docs/api.md has all paths`));
    },
  };
}

function refuseTaken(listener: Shared, address: Address, paths: readonly string[]): void {
  for (const {setting: other, paths: theirs} of listener.mounted) {
    const path = paths.find((one) => theirs.includes(one));
    if (path !== undefined) throw httpProblems['path-taken']({...address, path, other});
  }
}
