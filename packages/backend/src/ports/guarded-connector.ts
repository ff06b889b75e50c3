import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isBlockedAddress } from './blocked-address.ts';
import type { FetchAllowList } from './fetch-allow-list.ts';
import { GuardedFetchError } from './guarded-fetch-error.ts';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}
/** All addresses of a name. Rejects when there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;
/** Opens a connection to one of these addresses and to no other; `options` says for which name. */
export type Dial = (
  addresses: readonly ResolvedAddress[],
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => void;

export interface GuardedConnectorOptions {
  allow: FetchAllowList;
  timeoutMs: number;
  resolve?: ResolveHost | undefined;
  dial?: Dial | undefined;
}

/**
 * The one place where connections for untrusted URLs are made. A name is resolved once, every address of it is checked,
 * and the connection goes to those addresses: nothing is resolved a second time, so an answer that changes in between
 * (DNS rebinding) changes nothing. One address that is blocked refuses the name, whichever comes first.
 */
export function createGuardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { allow, timeoutMs, resolve = resolveWithSystem } = options;
  const { dial = dialer(timeoutMs) } = options;
  const connect = async (
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ): Promise<void> => {
    try {
      dial(await checkedAddresses(target, allow, resolve), target, callback);
    } catch (err) {
      callback(err instanceof Error ? err : new Error(String(err)), null);
    }
  };
  return (target, callback) => void connect(target, callback);
}

async function checkedAddresses(
  { hostname, protocol, port }: buildConnector.Options,
  allow: FetchAllowList,
  resolve: ResolveHost,
): Promise<readonly ResolvedAddress[]> {
  const isSecure = protocol === 'https:';
  const isAllowedHost = allow.hasHost(hostname, port === '' ? (isSecure ? 443 : 80) : Number(port));
  const addresses = await addressesOf(hostname, resolve);
  const isAllowed = ({ address }: ResolvedAddress): boolean => isAllowedHost || allow.hasAddress(address);
  const open = addresses.filter((address) => !isAllowed(address));
  if (open.some(({ address }) => isBlockedAddress(address))) {
    throw new GuardedFetchError(
      'refused',
      `${hostname} is not on the public internet. The operator can allow it with AURA_TOOL_HTTP_ALLOW.`,
    );
  }
  if (!isSecure && open.length > 0) {
    throw new GuardedFetchError('refused', `${hostname} can be reached over https only.`);
  }
  return addresses;
}

async function addressesOf(hostname: string, resolve: ResolveHost): Promise<readonly ResolvedAddress[]> {
  const family = isIP(hostname);
  if (family === 4 || family === 6) return [{ address: hostname, family }];
  const addresses = await resolve(hostname).catch((cause: unknown) => {
    throw new GuardedFetchError('unreachable', `${hostname} was not found.`, { cause });
  });
  if (addresses.length === 0) throw new GuardedFetchError('unreachable', `${hostname} was not found.`);
  return addresses;
}

async function resolveWithSystem(hostname: string): Promise<ResolvedAddress[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function dialer(timeoutMs: number): Dial {
  return (addresses, options, callback) => {
    const known: LookupFunction = (_hostname, { all }, done) => {
      const [first] = addresses;
      if (all === true) done(null, [...addresses]);
      else done(null, first?.address ?? '', first?.family);
    };
    buildConnector({ timeout: timeoutMs, allowH2: false, lookup: known })(options, callback);
  };
}
