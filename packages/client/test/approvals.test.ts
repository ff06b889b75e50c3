import { afterAll, expect, test } from 'vitest';
import { type AuraClient, createAuraClient, memoryStorage, newClientId } from '../src/index.ts';
import { PASSWORD, signUp, startRealServer } from './real-server.ts';

// The server comes first: with a document around, its model client would take the process for a browser.
const server = await startRealServer();
const { renderHook } = await import('./render.ts');
const { useApprovals, useRun, useTools } = await import('../src/react/index.ts');

afterAll(() => server[Symbol.asyncDispose]());

const QUESTION = '#tool ask_user {"question":"Tea or coffee?","options":["tea","coffee"]}';
const open = () => createAuraClient({ url: server.url, storage: memoryStorage() });

async function ask(client: AuraClient, text: string): Promise<string> {
  const { runId } = await client.conversation.create.mutate({ clientId: newClientId(), message: { text } });
  if (runId === null) throw new Error('no run');
  return runId;
}

test('what is asked shows on every device, through lost connections, and goes when it is answered on one', async () => {
  await using desk = open();
  const { email } = await signUp(desk);
  await using phone = open();
  await phone.signIn({ email, password: PASSWORD });
  using here = await renderHook(desk, useApprovals);
  using there = await renderHook(phone, useApprovals);
  await expect.poll(() => [here.current.status, there.current.status]).toEqual(['ready', 'ready']);

  const runId = await ask(desk, `${QUESTION}\n#say Thank you.`);
  await expect.poll(() => [here.current.count, there.current.count]).toEqual([1, 1]);
  server.cut();
  await ask(phone, QUESTION);
  await expect.poll(() => [here.current.count, there.current.count]).toEqual([2, 2]);

  using run = await renderHook(phone, () => useRun(runId));
  await expect.poll(() => run.current.state?.status).toBe('waiting');
  const asked = here.current.approvals.find((approval) => approval.runId === runId);
  if (asked === undefined) throw new Error('nothing is asked');
  expect(asked).toMatchObject({ kind: 'question', question: { text: 'Tea or coffee?' } });
  expect(await run.current.respond(asked, 'tea')).toBe(true);

  await expect.poll(() => [here.current.count, there.current.count]).toEqual([1, 1]);
  expect(here.current.closed).toMatchObject([{ id: asked.id, status: 'answered', answer: 'tea' }]);
  await expect.poll(() => run.current.state?.status).toBe('completed');
  expect(run.current.state?.items.at(-1)).toMatchObject({ kind: 'text', text: 'Thank you.' });
});

test('of two who decide at once one wins, and the other is told who', async () => {
  await using desk = open();
  const { email, userId } = await signUp(desk);
  await using phone = open();
  await phone.signIn({ email, password: PASSWORD });
  using here = await renderHook(desk, useApprovals);
  using there = await renderHook(phone, useApprovals);
  const runId = await ask(desk, QUESTION);
  await expect.poll(() => [here.current.count, there.current.count]).toEqual([1, 1]);
  const [asked] = here.current.approvals;
  if (asked === undefined) throw new Error('nothing is asked');

  const won = await Promise.all([here.current.respond(asked, 'tea'), there.current.reject(asked, 'none')]);
  expect(won.filter(Boolean)).toHaveLength(1);
  const loser = won[0] ? there : here;
  await expect.poll(() => loser.current.decisions.get(asked.id)?.status).toBe('failed');
  const failure = loser.current.decisions.get(asked.id);
  const error = failure?.status === 'failed' ? failure.error : null;
  expect(error?.code).toBe('APPROVAL_DECIDED');
  expect(error?.decision).toMatchObject({ status: won[0] ? 'answered' : 'rejected', decidedBy: userId });
  loser.current.dismiss(asked.id);
  await expect.poll(() => loser.current.decisions.size).toBe(0);
  using run = await renderHook(desk, () => useRun(runId));
  await expect.poll(() => run.current.state?.status).toBe('completed');
});

test('a decision that got no answer counts once when it is repeated', async () => {
  await using client = open();
  await signUp(client);
  using inbox = await renderHook(client, useApprovals);
  const runId = await ask(client, QUESTION);
  await expect.poll(() => inbox.current.count).toBe(1);
  const [asked] = inbox.current.approvals;
  if (asked === undefined) throw new Error('nothing is asked');
  const first = inbox.current.respond(asked, 'coffee');
  server.cut();
  expect(await first).toBe(true);
  using run = await renderHook(client, () => useRun(runId));
  await expect.poll(() => run.current.state?.status).toBe('completed');
  expect(run.current.state?.items.filter(({ kind }) => kind === 'approval')).toMatchObject([
    { approval: { status: 'answered', answer: 'coffee' } },
  ]);
});

test('stopping a run that waits takes back what it asked', async () => {
  await using client = open();
  await signUp(client);
  using inbox = await renderHook(client, useApprovals);
  const runId = await ask(client, QUESTION);
  await expect.poll(() => inbox.current.count).toBe(1);
  using run = await renderHook(client, () => useRun(runId));
  await run.current.stop();
  await expect.poll(() => [run.current.state?.status, inbox.current.count]).toEqual(['cancelled', 0]);
  expect(inbox.current.closed).toMatchObject([{ status: 'cancelled', decidedBy: null }]);
});

test('a list longer than a page is counted as far as it is known, and loads to its end', async () => {
  await using client = open();
  await signUp(client);
  for (let index = 0; index < 52; index++) await ask(client, QUESTION);
  using inbox = await renderHook(client, useApprovals);
  await expect.poll(() => [inbox.current.count, inbox.current.hasMore]).toEqual([50, true]);
  inbox.current.loadMore();
  await expect.poll(() => [inbox.current.count, inbox.current.hasMore]).toEqual([52, false]);
});

test('useTools names the tools with the schemas of their arguments', async () => {
  await using client = open();
  await signUp(client);
  using tools = await renderHook(client, useTools);
  await expect
    .poll(() => tools.current.data?.find(({ name }) => name === 'ask_user'))
    .toMatchObject({ inputSchema: { type: 'object' } });
});
