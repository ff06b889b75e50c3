// ipaddr.js keeps the table of special ranges (IANA's registries, both families); a table of our own would age.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only block of IPv6 that the internet routes; everything outside it is special, named by a library or not. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Azure answers its machines' secrets at this address, although it lies in a public range. */
const PUBLIC_METADATA = new Set(['168.63.129.16']);

/**
 * Whether a server must not be made to connect there for a stranger: everything but public unicast. That refuses loopback,
 * private, link-local, carrier-grade NAT, unique local, multicast, broadcast, documentation and reserved ranges, and every
 * IPv6 form that carries an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64), whatever the address in it. What is
 * not an address is refused too.
 */
export function isBlockedAddress(address: string): boolean {
  // `isIP` first: ipaddr.js also reads `127.1` and `0x7f.1`, forms that no resolver answers with.
  if (isIP(address) === 0 || address.includes('%')) return true;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || PUBLIC_METADATA.has(address)) return true;
  return parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST);
}
