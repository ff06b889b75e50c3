import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ServerProcess } from '../../src/server-process.ts';

/** A new user's access token. */
export async function signUp({ url }: ServerProcess): Promise<string> {
  const response = await fetch(`${url}/trpc/auth.register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `${randomUUID()}@fuzz.test`, password: 'the password of a fuzzer' }),
  });
  const token = /"accessToken":"([^"]+)"/.exec(await response.text())?.[1];
  if (token === undefined) throw new Error(`could not sign up: ${response.status}`);
  return token;
}

/** A conversation with some events in it. */
export async function talk(server: ServerProcess, token: string): Promise<string> {
  const response = await fetch(`${server.url}/trpc/conversation.create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: randomUUID(), message: { text: '#say hello' } }),
  });
  const created = z.object({
    result: z.object({ data: z.object({ conversation: z.object({ id: z.string() }), runId: z.string() }) }),
  });
  const { conversation, runId } = created.parse(await response.json()).result.data;
  await query(server, token, { path: 'agent.wait', input: { runId } });
  return conversation.id;
}

export async function query(
  { url }: ServerProcess,
  token: string,
  { path, input }: { path: string; input: object },
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = z.object({ result: z.object({ data: z.record(z.string(), z.unknown()) }) });
  return answer.parse(await response.json()).result.data;
}
