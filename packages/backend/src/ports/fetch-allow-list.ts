import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where requests for strangers may go although it is not public, as the operator says. */
export interface FetchAllowList {
  /** The host, as the URL writes it, may be reached at this port, wherever its name leads. */
  hasHost(hostname: string, port: number): boolean;
  hasAddress(address: string): boolean;
}

const HOST = /^(\[[^\]]+\]|[^\s:/?#@*[\]]+)(?::(\d{1,5}))?$/;

/** Reads `host`, `host:port`, addresses and ranges in CIDR form. Throws, with the entry, at what is none of these. */
export function parseAllowList(entries: readonly string[]): FetchAllowList {
  const hosts = new Set<string>();
  const ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const entry of entries) {
    const range = parseRange(entry);
    if (range !== null) ranges.push(range);
    else hosts.add(parseHost(entry));
  }
  return {
    hasHost(hostname, port) {
      const host = plainHost(hostname);
      return hosts.has(host) || hosts.has(`${host} ${port}`);
    },
    hasAddress(address) {
      if (isIP(address) === 0) return false;
      const parsed = ipaddr.parse(address);
      return ranges.some(
        ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
      );
    },
  };
}

function parseRange(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null {
  if (isIP(entry) !== 0) {
    const address = ipaddr.parse(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  if (!entry.includes('/')) return null;
  const [address, bits] = entry.split('/');
  if (isIP(address ?? '') === 0 || !/^\d{1,3}$/.test(bits ?? '') || !ipaddr.isValidCIDR(entry)) {
    throw unreadable(entry);
  }
  return ipaddr.parseCIDR(entry);
}

function parseHost(entry: string): string {
  const [, name, port] = HOST.exec(entry) ?? [];
  if (name === undefined || !URL.canParse(`http://${name}`)) throw unreadable(entry);
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) throw unreadable(entry);
  // As a URL would write it, because that is what it is compared with.
  const host = plainHost(new URL(`http://${name}`).hostname);
  return port === undefined ? host : `${host} ${Number(port)}`;
}

function plainHost(hostname: string): string {
  return hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}

function unreadable(entry: string): Error {
  return new Error(
    `${JSON.stringify(entry)} is not a place that tools can be allowed to reach. Write host, host:port, an address or a range such as 10.1.0.0/16.`,
  );
}
