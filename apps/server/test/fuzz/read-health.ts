import type { ServerProcess } from '../../src/server-process.ts';

/** What a server holds on to. */
export interface Health {
  sockets: number;
  heapBytes: number;
}

export async function readHealth({ url }: ServerProcess): Promise<Health> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { sockets: read('aura_sockets_open'), heapBytes: read('nodejs_heap_used_bytes') };
}
