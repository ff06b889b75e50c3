import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Json, jsonSchema } from '@aura/contract';
import { z } from 'zod';
import { call, RawClient } from '../testing/raw-client.ts';
import type { TestServer } from '../testing/test-server.ts';
import type { Endpoint, Procedure } from '../transports/rest/collect-endpoints.ts';

/** A caller's ways in: tRPC over HTTP, a WebSocket for each subscription, and REST. Answers are what was on the wire. */
export interface ProbeWire {
  ask(procedure: Pick<Procedure, 'path' | 'type'>, input: Json | undefined): Promise<string>;
  askRest(endpoint: Endpoint, input: Json | undefined): Promise<string>;
  askAt(path: string, init?: RequestInit): Promise<string>;
}

export function openProbeWire({ server, socketUrl }: TestServer, token: string): ProbeWire {
  const headers = { authorization: `Bearer ${token}` };
  const json = { ...headers, 'content-type': 'application/json' };
  const askAt = async (path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${server.url}${path}`, { headers, redirect: 'manual', ...init });
    return `${response.status} ${response.headers.get('content-type')} ${await bodyOf(response)}`;
  };
  return {
    askAt,
    async ask({ path, type }, input) {
      switch (type) {
        case 'query':
          return await askAt(`/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input ?? {}))}`);
        case 'mutation':
          return await askAt(`/trpc/${path}`, {
            method: 'POST',
            headers: json,
            body: JSON.stringify(input ?? {}),
          });
        case 'subscription':
          return await subscribeOnce(await RawClient.connect(socketUrl, { token }), path, input);
      }
    },
    async askRest(endpoint, input) {
      const { path, rest } = placeOf(endpoint, input);
      const { method } = endpoint.route;
      if (method !== 'GET') return await askAt(path, { method, headers: json, body: JSON.stringify(rest) });
      const query = Object.entries(rest).flatMap(([name, value]) =>
        [value]
          .flat()
          .map((one): [string, string] => [name, typeof one === 'string' ? one : JSON.stringify(one)]),
      );
      return await askAt(`${path}?${new URLSearchParams(query).toString()}`);
    },
  };
}

/** All of it; of an event stream the first event. */
async function bodyOf(response: Response): Promise<string> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!isStream || response.body === null) return await response.text();
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const event = text.split('\n\n').find((part) => part.includes('data:'));
    if (event !== undefined) return event;
  }
  return text;
}

const frameSchema = z.object({
  id: z.string(),
  error: jsonSchema.optional(),
  result: z.object({ type: z.string() }).loose().optional(),
});

/** The first that a subscription says, an event or an error. */
async function subscribeOnce(opened: RawClient, path: string, input: Json | undefined): Promise<string> {
  await using client = opened;
  const id = randomUUID();
  client.send(call(id, path, { method: 'subscription', input }));
  const signal = AbortSignal.timeout(10_000);
  for (;;) {
    const found = client.frames.find((frame) => {
      const { data } = frameSchema.safeParse(frame);
      return data?.id === id && data.result?.type !== 'started';
    });
    if (found === undefined) {
      await once(client.ws, 'message', { signal }).catch((cause: unknown) => {
        throw new Error(`${path} said nothing to ${JSON.stringify(input)}`, { cause });
      });
      continue;
    }
    return JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(found), id: null });
  }
}

/** The address of a route with the input's fields in it, and the fields that have no place there. */
function placeOf({ route }: Endpoint, input: Json | undefined): { path: string; rest: Record<string, Json> } {
  const fields = z.record(z.string(), jsonSchema).parse(input ?? {});
  const wireNames = new Map(Object.entries(route.names ?? {}).map(([wire, field]) => [field, wire]));
  const rest = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [wireNames.get(name) ?? name, value]),
  );
  const path = route.path.replace('/*', '/probe').replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value ?? ''));
  });
  return { path, rest };
}
