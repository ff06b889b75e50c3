import type { IncomingMessage } from 'node:http';

/** A name or an address with an optional port, and nothing that could mean something in a header or a URL. */
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The URL that a request is for, or null when its target or its Host header is not well formed. Whatever runs after
 * this check may build a URL from the two without a throw: several libraries do, some of them where nothing catches.
 */
export function requestTarget({ url, headers }: Pick<IncomingMessage, 'url' | 'headers'>): URL | null {
  const host = headers.host ?? 'localhost';
  if (url === undefined || url.startsWith('//') || !HOST.test(host)) return null;
  const target = URL.parse(url, `http://${host}`);
  return target?.protocol === 'http:' ? target : null;
}

/** The Host header's name without its port, in lower case; brackets around an IPv6 address stay. */
export function hostName(host: string): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase();
}

/** True for the names this machine has for itself. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
