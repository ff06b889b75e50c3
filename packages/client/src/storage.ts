/**
 * Where a login is kept between starts. Synchronous or asynchronous, as it suits the place (localStorage, a
 * keychain, a file). `get` answers null for a key that was never set. Values are short strings; there is one key
 * per server. Give one storage to all tabs or processes that should share a login.
 */
export interface AuraStorage {
  get(key: string): string | null | Promise<string | null>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
}

/** Lives as long as the object does. The default outside browsers. */
export function memoryStorage(): AuraStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

/** The browser's localStorage, shared by all tabs of the site; null where there is none or it is blocked. */
export function browserStorage(): AuraStorage | null {
  // Some versions of Node have the name, with a warning on access and nothing behind it.
  if (typeof window === 'undefined') return null;
  try {
    // A page with blocked site data throws on the very access.
    const { localStorage } = window;
    return {
      get: (key) => localStorage.getItem(key),
      set: (key, value) => localStorage.setItem(key, value),
      remove: (key) => localStorage.removeItem(key),
    };
  } catch {
    return null;
  }
}
