import { expect, it } from 'vitest';
import { RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { curlOn, curlStream } from '../rest/curl-testing.ts';

it('tells Prometheus of requests by route, sockets, event streams and the event loop, and of nobody', async () => {
  await using test = await createTestServer();
  const curl = curlOn(test.server);
  const { ctx, call } = await createTestCaller(test.node.backend);
  const token = await test.tokenOf(ctx.caller);
  const { conversation } = await call.conversation.create({ clientId: 'for-the-metrics' });
  await curl(`/conversations/${conversation.id}`, { token });
  await using socket = await RawClient.connect(test.socketUrl, { token });
  await using stream = await curlStream(test.server, `/conversations/${conversation.id}/stream`, { token });
  await stream.until(({ event }) => event === 'conversation_created');

  const { headers, body } = await curl('/metrics');
  expect(headers.get('content-type')).toContain('text/plain');
  expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  const lines = String(body).split('\n');
  expect(lines).toContain(
    'aura_http_requests_total{method="GET",route="/conversations/:conversationId",status="200"} 1',
  );
  expect(lines).toContain('aura_sockets_open 1');
  expect(lines).toContain('aura_event_streams_open 1');
  expect(lines).toContain('aura_runs_active 0');
  expect(body).toMatch(/aura_event_loop_lag_seconds\{quantile="0.99"\} \d/);
  expect(body).not.toContain(conversation.id);
});
