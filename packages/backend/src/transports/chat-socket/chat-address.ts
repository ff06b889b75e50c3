/** What a chat socket's address says. */
export interface ChatAddress {
  roomNumber: number;
  query: URLSearchParams;
}

const PATH = /^\/ws\/chat\/(\d{1,10})\/chat\/?$/;

/** Null for every other address. */
export function parseChatAddress(url: string | undefined): ChatAddress | null {
  const [path = '', ...rest] = (url ?? '').split('?');
  const number = PATH.exec(path)?.[1];
  if (number === undefined) return null;
  return { roomNumber: Number(number), query: new URLSearchParams(rest.join('?')) };
}
