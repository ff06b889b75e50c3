import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startOfflineModel } from '../src/index.ts';
import { post } from './harness.ts';

const slow = { messages: [{ role: 'user', content: '#delay 60000\n#say never' }] };

test.each([true, false])('stops at once when the client leaves (stream: %s)', async (stream) => {
  await using model = await startOfflineModel();
  const client = new AbortController();
  const asking = post(model, { ...slow, stream }, { signal: client.signal });
  asking.catch(() => undefined);
  await expect.poll(() => model.requests.length).toBe(1);
  expect(model.requests[0]?.aborted).toBe(false);
  client.abort();
  await expect.poll(() => model.requests[0]?.aborted).toBe(true);
});

test('stops when a client leaves that never read what was sent', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const content = '#repeat 1000000 token';
  const body = JSON.stringify({ model: 'aura-offline', stream: true, messages: [{ role: 'user', content }] });
  const socket = connect(Number(new URL(model.url).port), '127.0.0.1');
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await expect.poll(() => model.requests.length).toBe(1);
  socket.destroy();
  await expect.poll(() => model.requests[0]?.aborted).toBe(true);
});

test('closing ends every response and may be repeated', async () => {
  const model = await startOfflineModel();
  const response = await post(model, { ...slow, stream: true });
  const reading = response.text();
  reading.catch(() => undefined);
  await Promise.all([model.close(), model.close()]);
  await expect(reading).rejects.toThrow();
  await expect(fetch(`${model.url}/models`)).rejects.toThrow();
});
