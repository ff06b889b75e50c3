import { renderHook, renderHooks } from './render.ts';
import type { ApprovalView } from '@aura/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuraClient, memoryStorage } from '../src/index.ts';
import { useApprovals } from '../src/react/index.ts';
import { startWireServer } from './wire-server.ts';

const PASSWORD = 'correct horse battery';
const asked = (): ApprovalView => ({
  id: randomUUID(),
  kind: 'tool',
  conversationId: randomUUID(),
  runId: randomUUID(),
  userId: randomUUID(),
  toolCallId: 'call',
  toolName: 'http_send',
  toolVersion: '1',
  risk: 'external',
  title: 'Run http_send',
  args: { body: 'hi' },
  argsHash: '0'.repeat(64),
  question: null,
  allowed: ['approve', 'reject'],
  approvers: { kind: 'owner' },
  status: 'pending',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-04T00:00:00.000Z',
  decidedAt: null,
  decidedBy: null,
  reason: null,
  editedArgs: null,
  answer: null,
});

test('a reset of the inbox reads the list again, in every view', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  const [first, second] = [asked(), asked()];
  server.approvals.push(first);
  const views = renderHooks(client, [useApprovals, useApprovals]);
  const ids = (index: number) => views[index]?.current.approvals.map(({ id }) => id);
  await expect.poll(() => [ids(0), ids(1)]).toEqual([[first.id], [first.id]]);
  await expect.poll(() => server.inbox.listenerCount('event')).toBe(1);

  server.approvals.splice(0, 1, second);
  server.inbox.emit('event', { type: 'reset', seq: 0, data: {} });
  await expect.poll(() => [ids(0), ids(1)]).toEqual([[second.id], [second.id]]);
  views[0]?.[Symbol.dispose]();
});

test('what one user may decide is never shown to the next', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: PASSWORD });
  server.approvals.push(asked());
  using view = await renderHook(client, useApprovals);
  await expect.poll(() => view.current.count).toBe(1);
  server.approvals.splice(0);
  await client.signIn({ email: 'other@aura.local', password: PASSWORD });
  await expect.poll(() => [view.current.status, view.current.count]).toEqual(['ready', 0]);
});
