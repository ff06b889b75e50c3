import type { Turn, TurnTimes } from './turn.ts';

const TURN_TIMEOUT_MS = 60_000;

/** Turns over LangGraph's HTTP API: each in a thread made before, by a request that streams the run it makes. */
export async function langgraphTurns(
  url: string,
  { graph, count, text }: { graph: string; count: number; text: string },
): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (let index = 0; index < count; index++) {
    const response = await post(`${url}/threads`, {});
    const thread: unknown = await response.json();
    if (!isThread(thread)) throw new Error('no thread was made');
    turns.push(async () => await turn(`${url}/threads/${thread.thread_id}/runs/stream`, graph, text));
  }
  return turns;
}

async function turn(url: string, graph: string, text: string): Promise<TurnTimes> {
  const startedAt = performance.now();
  const times: TurnTimes = { firstMs: 0, startedMs: 0, answerMs: 0, finishedMs: 0 };
  const input = { messages: [{ role: 'user', content: text }] };
  const { body } = await post(url, { assistant_id: graph, input, stream_mode: ['values'] });
  if (body === null) throw new Error('a stream without a body');
  let said = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const passedMs = performance.now() - startedAt;
    said += chunk;
    // The first event is the worker's: `metadata`, sent when the run begins.
    if (times.firstMs === 0 && said.includes('event: ')) times.firstMs = times.startedMs = passedMs;
    if (times.answerMs === 0 && /"type": ?"ai"/.test(said)) times.answerMs = passedMs;
  }
  times.finishedMs = performance.now() - startedAt;
  if (times.answerMs === 0) throw new Error(`a turn ended without an answer:\n${said}`);
  return times;
}

async function post(url: string, body: object): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TURN_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response;
}

function isThread(value: unknown): value is { thread_id: string } {
  return typeof value === 'object' && value !== null && 'thread_id' in value;
}
