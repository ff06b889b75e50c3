import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, runWith, signIn } from './app-page.ts';
import { cards, cardWith, closedAs, makeAdmin, sending } from './approval-page.ts';
import { type CountingServer, startCountingServer } from './counting-server.ts';
import { createWorld, type World } from './world.ts';

let service: CountingServer;
let world: World;
beforeAll(async () => {
  service = await startCountingServer();
  world = await createWorld({ config: { toolHttpAllow: [service.host] } });
  const admin = await world.addPerson();
  await makeAdmin(world, admin.email);
  const client = admin.client;
  await client.signIn(admin);
  await client.hitl.setPolicy.mutate({
    version: 0,
    rules: [
      {
        tools: ['http_send'],
        args: [{ path: '/url', op: 'contains', value: '/brief' }],
        action: 'ask',
        expiresInSeconds: 10,
      },
      {
        tools: ['http_send'],
        args: [{ path: '/url', op: 'contains', value: '/admins' }],
        action: 'ask',
        approvers: { kind: 'role', role: 'admin' },
      },
    ],
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

test('the inbox and its badge are live in every tab, over all conversations', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const inbox = await world.openTab(browser, 'approvals');
  await signIn(inbox, person);
  await inbox.getByRole('heading', { name: 'Nothing waits for you' }).waitFor();
  const page = await world.openTab(browser);
  const badge = page.getByRole('link', { name: 'Approvals, 2 waiting for you' });

  await ask(page, `${sending(`${service.url}/first`, 'one')}\n#say One.`);
  await cardWith(page, 'pending');
  await page.getByRole('link', { name: 'New conversation', exact: true }).first().click();
  await page.getByRole('heading', { name: 'What shall we do?' }).waitFor();
  await ask(page, `${sending(`${service.url}/second`, 'two')}\n#say Two.`);
  await badge.waitFor();
  await expect.poll(() => cards(inbox).count()).toBe(2);
  await expect.poll(() => inbox.title()).toBe('(2) Approvals · Aura');
  await expect.poll(() => page.getByText('Waiting for you', { exact: true }).count()).toBe(2);

  const second = inbox.locator('[data-approval-id]').filter({ hasText: 'two' });
  await second.getByRole('button', { name: 'Approve' }).click();
  await cardWith(page, 'approved');
  await page.getByRole('link', { name: 'Approvals, 1 waiting for you' }).waitFor();
  // Decided while somebody looks, it stays in its place and says so.
  await expect.poll(() => cards(inbox).count()).toBe(2);
  await closedAs(inbox, 'You approved');
  await inbox.getByRole('link', { name: 'Open the conversation' }).click();
  await (await cardWith(inbox, 'pending')).getByText('"text": "one"').waitFor();
});

test.concurrent('what nobody decides in time counts down and closes, and the run goes on', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/brief`, 'hi')}\n#say Without it.`);
  const card = await cardWith(page, 'pending');
  await card.getByText(/^Expires in \d seconds?$/).waitFor();
  await cardWith(page, 'expired');
  await closedAs(page, 'Expired without a decision');
  await runWith(page, 'completed');
  expect(service.requests.filter(({ path }) => path === '/brief')).toEqual([]);
});

test.concurrent('what admins decide is only shown to whoever’s run it is, and in the inbox of an admin', async () => {
  const [person, boss] = [await world.addPerson(), await world.addPerson()];
  await makeAdmin(world, boss.email);
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/admins`, 'hi')}\n#say Sent.`);
  const card = await cardWith(page, 'pending');
  await card.getByText('An admin has been asked.').waitFor();
  expect(await card.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  await page.getByText('Waiting for someone else to decide.').waitFor();

  const office = await world.openTab(await world.openBrowser(), 'approvals');
  await signIn(office, boss);
  const asked = await cardWith(office, 'pending');
  await asked.getByText('From someone else’s conversation').waitFor();
  await asked.getByRole('button', { name: 'Approve' }).click();
  await closedAs(office, 'You approved');
  await closedAs(page, 'Someone else approved');
  await runWith(page, 'completed');
});

test('on a phone a card fits and can be decided', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await world.openTab(browser);
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/phone/${'long-'.repeat(30)}`, 'hi')}\n#say Sent.`);
  const card = await cardWith(page, 'pending');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await card.getByRole('button', { name: 'Approve' }).tap();
  await runWith(page, 'completed');
});
