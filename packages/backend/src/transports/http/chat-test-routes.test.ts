import { expect, test } from 'vitest';
import { createTestServer } from '../../testing/test-server.ts';
import { curlOn } from '../rest/curl-testing.ts';

test('the page that opens a chat socket by hand is there in development alone, with its script', async () => {
  await using development = await createTestServer({ config: { environment: 'development' } });
  const page = await curlOn(development.server)('/chat_gateway_test.html');
  expect(page.status).toBe(200);
  // The policy of the server lets no script in a page run.
  const scripts = String(page.body).match(/<script.*?>/g);
  expect(scripts).toEqual(['<script src="/chat_gateway_test.js">']);
  const script = await curlOn(development.server)('/chat_gateway_test.js');
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.body).toContain('/ws/chat/');

  await using production = await createTestServer({ config: { environment: 'production' } });
  expect((await curlOn(production.server)('/chat_gateway_test.html')).status).toBe(404);
});
