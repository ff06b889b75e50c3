import { createHash } from 'node:crypto';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startOfflineModel } from '@aura/offline-model';
import { z } from 'zod';
import { listen } from './listen.ts';

/** A message that begins with it is answered by the calls that follow it, as a JSON array, all at once. */
export const PARALLEL = '#parallel ';

export interface ChaosModel extends AsyncDisposable {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
}

const bodySchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string().nullish() })),
});
const callsSchema = z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.json()) }));

/**
 * The offline model in a process that no node takes along when it dies. What the offline model cannot do is done in
 * front of it: several tool calls in one answer.
 */
export async function startChaosModel(): Promise<ChaosModel> {
  await using stack = new AsyncDisposableStack();
  const offline = stack.use(await startOfflineModel());
  const server = createServer((req, res) => {
    answer(req, res, offline.url).catch(() => res.destroy());
  });
  const port = await listen(server);
  stack.defer(async () => {
    server.closeAllConnections();
    await server[Symbol.asyncDispose]();
  });
  const parts = stack.move();
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, offlineUrl: string): Promise<void> {
  const body = await text(req);
  const messages = body === '' ? [] : bodySchema.parse(JSON.parse(body)).messages;
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const script = messages[asked]?.content ?? '';
  if (!script.startsWith(PARALLEL)) {
    forward(req, res, { body, origin: new URL(offlineUrl).origin });
    return;
  }
  const calls = callsSchema.parse(JSON.parse(script.slice(PARALLEL.length)));
  const hasCalled = messages.slice(asked).some(({ role }) => role === 'tool');
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  if (hasCalled) say(res, { content: 'All of it was seen to.' }, 'stop');
  else say(res, { tool_calls: calls.map((call, index) => toolCall(call, index)) }, 'tool_calls');
}

function forward(
  req: IncomingMessage,
  res: ServerResponse,
  { body, origin }: { body: string; origin: string },
): void {
  const { method, headers } = req;
  const host = new URL(origin).host;
  const outgoing = request(new URL(req.url ?? '/', origin), { method, headers: { ...headers, host } });
  outgoing.on('response', (incoming) => {
    res.writeHead(incoming.statusCode ?? 502, incoming.headers);
    incoming.on('error', () => res.destroy()).pipe(res);
  });
  outgoing.on('error', () => res.destroy());
  res.on('close', () => outgoing.destroy());
  outgoing.end(body);
}

function toolCall(call: z.infer<typeof callsSchema>[number], index: number): object {
  const args = JSON.stringify(call.arguments);
  // The same for the same call, as a model that is asked again after a crash may well do.
  const id = `call_${createHash('sha256').update(`${index} ${call.name} ${args}`).digest('hex').slice(0, 24)}`;
  return { index, id, type: 'function', function: { name: call.name, arguments: args } };
}

function say(res: ServerResponse, delta: object, reason: string): void {
  const chunk = (choice: object, usage: object | null): string =>
    `data: ${JSON.stringify({ id: 'chaos', object: 'chat.completion.chunk', created: 0, model: 'aura-offline', choices: [choice], usage })}\n\n`;
  res.write(chunk({ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }, null));
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  res.end(`${chunk({ index: 0, delta: {}, finish_reason: reason }, usage)}data: [DONE]\n\n`);
}
