/** Limits of the event streams of one listener. */
export interface AdmissionLimits {
  /** Connections in all. */
  readonly clients: number;
  /** Connections of one address. Behind a proxy all clients have the proxy's. */
  readonly clientsPerAddress: number;
}

export type Admitted =
  | {readonly kind: 'admitted'; leave(): void}
  | {readonly kind: 'refused'; readonly limit: 'clients' | 'clientsPerAddress'};

/** Counts who is inside and lets nobody in beyond the limits. Costs nothing to ask. */
export interface Admission {
  enter(address: string): Admitted;
  readonly clients: number;
}

export function admission(limits: AdmissionLimits): Admission {
  const byAddress = new Map<string, number>();
  let clients = 0;

  function leave(address: string): void {
    clients -= 1;
    const left = (byAddress.get(address) ?? 1) - 1;
    if (left === 0) byAddress.delete(address);
    else byAddress.set(address, left);
  }

  return {
    enter(from) {
      const address = plainAddress(from);
      const held = byAddress.get(address) ?? 0;
      if (clients >= limits.clients) return {kind: 'refused', limit: 'clients'};
      if (held >= limits.clientsPerAddress) return {kind: 'refused', limit: 'clientsPerAddress'};
      clients += 1;
      byAddress.set(address, held + 1);
      let inside = true;
      return {
        kind: 'admitted',
        leave() {
          if (inside) leave(address);
          inside = false;
        },
      };
    },
    get clients() {
      return clients;
    },
  };
}

/** One machine that speaks IPv4 to a dual-stack socket is one address all the same. */
const plainAddress = (address: string): string => address.replace(/^::ffff:/i, '');
