import type { OfflineModel } from '../src/index.ts';

export type WireMessage = Record<string, unknown> & { role: string };
export type WireCall = { id: string; name: string; arguments: string };

/** What a client made of one streamed response. */
export type Reply = {
  status: number;
  headers: Headers;
  events: Record<string, unknown>[];
  broken: string[];
  content: string;
  reasoning: string;
  call: WireCall | undefined;
  finishReason: string | undefined;
  isDone: boolean;
};

type Delta = {
  content?: string;
  reasoning_content?: string;
  tool_calls?: { id?: string; function: { name?: string; arguments: string } }[];
};

export const toolsNamed = (...names: string[]): object[] =>
  names.map((name) => ({ type: 'function', function: { name, parameters: { type: 'object' } } }));

export const allTools = toolsNamed(
  'clock_now',
  'search_conversations',
  'remember',
  'recall',
  'update_plan',
  'post_to_room',
);

export async function post(
  model: OfflineModel,
  body: object | string,
  init: RequestInit = {},
): Promise<Response> {
  return await fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify({ model: 'aura-offline', ...body }),
    signal: AbortSignal.timeout(4_000),
    ...init,
  });
}

/** The `error` object of a refusal. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as { error: Record<string, unknown> };
  return body.error;
}

/** Sends one streamed request and reads the response to its end, proper or not. */
export async function ask(
  model: OfflineModel,
  input: string | WireMessage[],
  extra: object = {},
): Promise<Reply> {
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const response = await post(model, { messages, stream: true, ...extra });
  return readReply(response, await response.text());
}

export function readReply(response: Response, text: string): Reply {
  const reply: Reply = {
    status: response.status,
    headers: response.headers,
    events: [],
    broken: [],
    content: '',
    reasoning: '',
    call: undefined,
    finishReason: undefined,
    isDone: false,
  };
  for (const block of text.split('\n\n')) {
    const data = /^data: (.*)$/s.exec(block)?.[1];
    if (data === '[DONE]') reply.isDone = true;
    else if (data !== undefined) readEvent(reply, data);
  }
  return reply;
}

function readEvent(reply: Reply, data: string): void {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(data);
  } catch {
    reply.broken.push(data);
    return;
  }
  reply.events.push(event);
  const [choice] = event.choices as { delta: Delta; finish_reason: string | null }[];
  if (choice === undefined) return;
  reply.content += choice.delta.content ?? '';
  reply.reasoning += choice.delta.reasoning_content ?? '';
  reply.finishReason = choice.finish_reason ?? undefined;
  const part = choice.delta.tool_calls?.[0];
  if (part?.id !== undefined) reply.call = { id: part.id, name: part.function.name ?? '', arguments: '' };
  if (part !== undefined && reply.call !== undefined) reply.call.arguments += part.function.arguments;
}

/** The messages with which a client answers a tool call. */
export function answerTo(call: WireCall, result: unknown): WireMessage[] {
  const { id, name } = call;
  return [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: { name, arguments: call.arguments } }],
    },
    { role: 'tool', tool_call_id: id, content: JSON.stringify(result) },
  ];
}

export type Talk = { replies: Reply[]; calls: { name: string; arguments: unknown }[]; content: string };

/** Runs a whole agent loop: every call gets its result from `results`, or `{ok: true}`. */
export async function talk(
  model: OfflineModel,
  text: string,
  options: { results?: Record<string, unknown>; system?: string; extra?: object } = {},
): Promise<Talk> {
  const { results = {}, system = 'You are Aura.', extra = { tools: allTools } } = options;
  const messages: WireMessage[] = [
    { role: 'system', content: system },
    { role: 'user', content: text },
  ];
  const replies: Reply[] = [];
  const calls: Talk['calls'] = [];
  for (let step = 0; step < 30; step += 1) {
    const reply = await ask(model, messages, extra);
    replies.push(reply);
    const { call } = reply;
    if (call === undefined) return { replies, calls, content: reply.content };
    calls.push({ name: call.name, arguments: JSON.parse(call.arguments) });
    messages.push(...answerTo(call, results[call.name] ?? { ok: true }));
  }
  throw new Error('The conversation did not end.');
}
