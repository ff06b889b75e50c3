import OpenAI from 'openai';
import { type AuraClient, newClientId } from '@aura/client';

/** A stream of tokens as its reader saw it: milliseconds. */
export interface SeenStream {
  /** From the request to the first token. */
  firstTokenMs: number;
  /** When the first and the last token came, by `performance.now()`. */
  from: number;
  until: number;
  tokens: number;
}

const STREAM_TIMEOUT_MS = 180_000;

/** A conversation that is open, ready for its one message. */
export type OpenStream = () => Promise<SeenStream>;

/** Straight from the model, with the package that is used for that. */
export function directStream(baseURL: string, script: string): OpenStream {
  const openai = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, timeout: STREAM_TIMEOUT_MS });
  return async () => {
    const watch = startWatch();
    const stream = await openai.chat.completions.create({
      model: 'aura-offline-mini',
      stream: true,
      messages: [{ role: 'user', content: script }],
    });
    for await (const { choices } of stream) watch.see(choices[0]?.delta.content ?? '');
    return watch.result();
  };
}

/** Through Aura: a conversation is opened and followed; the stream begins when the message is sent. */
export async function auraStream(client: AuraClient, script: string): Promise<OpenStream> {
  const { conversation } = await client.conversation.create.mutate({ clientId: newClientId() });
  const conversationId = conversation.id;
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => {});
  let watch: Watch | null = null;
  const subscription = client.conversation.events.subscribe(
    { conversationId },
    {
      onStarted: () => started.resolve(),
      onData({ data }) {
        if (data.type === 'content_delta') watch?.see(data.data.delta);
        if (data.type !== 'done') return;
        if (data.data.status === 'completed') ended.resolve();
        else ended.reject(new Error(`a stream ended as ${JSON.stringify(data.data)}`));
      },
      onError(err) {
        started.reject(err);
        ended.reject(err);
      },
    },
  );
  await started.promise;
  return async () => {
    const timer = setTimeout(() => ended.reject(new Error('a stream took too long')), STREAM_TIMEOUT_MS);
    watch = startWatch();
    try {
      await client.conversation.send.mutate({ conversationId, clientId: newClientId(), text: script });
      await ended.promise;
      return watch.result();
    } finally {
      clearTimeout(timer);
      subscription.unsubscribe();
    }
  };
}

interface Watch {
  see(text: string): void;
  result(): SeenStream;
}

function startWatch(): Watch {
  const startedAt = performance.now();
  let firstTokenMs = 0;
  let lastTokenMs = 0;
  let said = '';
  return {
    see(text) {
      if (text === '') return;
      said += text;
      lastTokenMs = performance.now() - startedAt;
      firstTokenMs ||= lastTokenMs;
    },
    result() {
      const tokens = said.split('tick').length - 1;
      return { firstTokenMs, from: startedAt + firstTokenMs, until: startedAt + lastTokenMs, tokens };
    },
  };
}

/** A script of so many tokens, which the offline model says at its own pace. */
export function scriptOf(tokens: number): string {
  return `#repeat ${tokens} tick`;
}
