import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composer, signIn } from './app-page.ts';
import { cardWith, sending } from './approval-page.ts';
import { type CountingServer, startCountingServer } from './counting-server.ts';
import { createLine, type Line } from './line.ts';
import { createRoom, linesOf, messageList, reply, screenOf, thread, untilShown, write } from './room-page.ts';
import { createWorld, type Person, type World } from './world.ts';

/** Somebody with a page open. */
interface Actor extends Person {
  page: Page;
}
interface Scene {
  service: CountingServer;
  world: World;
  /** Ben's page is reached through it. */
  line: Line;
  anna: Actor;
  ben: Actor;
  cho: Actor;
}

let scene: Scene;
const parts = new AsyncDisposableStack();
/** One page each for all tests: what takes long is to start them. */
beforeAll(async () => {
  const service = parts.use(await startCountingServer());
  const world = parts.use(await createWorld({ config: { toolHttpAllow: [service.host] } }));
  const line = parts.use(await createLine(world.url));
  const enter = async (nickname: string, baseURL: string): Promise<Actor> => {
    const person = await world.addPerson({ nickname });
    // All that is said fits on it: then the page holds every row.
    const viewport = { width: 1000, height: 1400 };
    const page = await world.openTab(await world.openBrowser({ baseURL, viewport }));
    await signIn(page, person);
    await composer(page).waitFor();
    return { ...person, page };
  };
  const [anna, ben, cho] = [
    await enter('Anna Berg', world.url),
    await enter('Ben', line.url),
    await enter('초롱', world.url),
  ];
  scene = { service, world, line, anna, ben, cho };
});
afterAll(async () => await parts.disposeAsync());

async function open({ page }: Actor, roomId: string): Promise<void> {
  await page.goto(`/app/rooms/${roomId}`);
  await messageList(page).waitFor();
}

test('three people and an agent: one of them offline for a while, a moderator decides, all screens end equal', async () => {
  const { service, line, anna, ben, cho } = scene;
  const all = [anna, ben, cho];
  const { roomId, say } = await createRoom(anna, [ben, cho], 'Release');
  await anna.client.chat.setMemberRole.mutate({ roomId, userId: ben.userId, role: 'moderator' });
  await anna.client.chat.updateRoom.mutate({ roomId, deciders: 'moderators' });
  const first = await say(anna, 'Shall we?');
  for (const actor of all) await open(actor, roomId);

  line.cut();
  await write(ben.page, 'Said on a train.');
  await write(cho.page, `@agent\n${sending(`${service.url}/room`, 'hi')}\n#say It is out.`);
  await cho.page.getByText('The owners and moderators of this room have been asked.').waitFor();
  await write(anna.page, 'Ben decides.');
  await cho.client.chat.addReaction.mutate({ roomId, messageId: first, emoji: '👍' });
  await untilShown(cho.page, 'Ben decides.');
  expect(await screenOf(ben.page)).toEqual(['Anna Berg | Shall we?', 'Ben | Said on a train.']);

  line.mend();
  await untilShown(ben.page, 'Ben decides.');
  await (await cardWith(ben.page, 'pending')).getByRole('button', { name: 'Approve' }).click();
  for (const { page } of all) {
    await cardWith(page, 'approved');
    await messageList(page).getByText('It is out.', { exact: true }).waitFor();
    await untilShown(page, 'Said on a train.');
  }
  const answered = messageList(anna.page).locator('[data-message]').filter({ hasText: 'It is out.' }).last();
  await answered.hover();
  await answered.getByRole('button', { name: 'React with ❤️' }).click();
  await write(anna.page, '@Ben thanks');
  for (const { page } of all) await messageList(page).getByText('thanks').waitFor();

  const [annas, bens, chos] = [await screenOf(anna.page), await screenOf(ben.page), await screenOf(cho.page)];
  expect(annas).toHaveLength(6);
  expect(bens).toEqual(annas);
  expect(chos).toEqual(annas);
  expect(service.requests.filter(({ path }) => path === '/room')).toHaveLength(1);
  for (const { page } of all) {
    await messageList(page)
      .getByRole('button', { name: /^👍, 1/ })
      .waitFor();
    await messageList(page)
      .getByRole('button', { name: /^❤️, 1/ })
      .waitFor();
  }
});

test('an agent that is asked in a thread works there before all; the list says that it waits, and the inbox leads there', async () => {
  const { service, anna, ben, cho } = scene;
  const all = [anna, ben, cho];
  const { roomId, say } = await createRoom(anna, [ben, cho], 'In a thread');
  await anna.client.chat.setMemberRole.mutate({ roomId, userId: ben.userId, role: 'moderator' });
  await anna.client.chat.updateRoom.mutate({ roomId, deciders: 'moderators' });
  const root = await say(anna, 'Shall we release?');
  await say(ben, 'Something else');
  for (const actor of all) await open(actor, `${roomId}?thread=${root}`);
  await reply(cho.page, `@agent\n${sending(`${service.url}/thread`, 'hi')}\n#say It is out.`);
  for (const { page } of all) {
    await thread(page).locator('[data-approval-id][data-status=pending]').waitFor();
    await messageList(page).getByRole('button', { name: '1 reply · waits for approval' }).waitFor();
    expect(await screenOf(page)).toEqual(['Anna Berg | Shall we release?', 'Ben | Something else']);
  }
  await thread(cho.page).getByText('The owners and moderators of this room have been asked.').waitFor();

  // Whoever has not opened it gets there by keyboard.
  await open(anna, roomId);
  await messageList(anna.page).getByRole('button', { name: 'waits for approval' }).press('Enter');
  await thread(anna.page).locator('[data-approval-id][data-status=pending]').waitFor();
  await ben.page.goto('/app/approvals');
  await (await cardWith(ben.page, 'pending')).getByRole('link', { name: 'In a thread' }).click();
  await thread(ben.page).getByRole('button', { name: 'Approve' }).click();
  for (const { page } of all) {
    await thread(page).getByText('It is out.', { exact: true }).waitFor();
    await messageList(page)
      .getByRole('button', { name: /^2 replies\s*last/ })
      .waitFor();
    expect(await screenOf(page)).toEqual(['Anna Berg | Shall we release?', 'Ben | Something else']);
  }
  const screens = await Promise.all(all.map(async ({ page }) => await linesOf(thread(page))));
  expect(screens[0]?.slice(-1)).toEqual(['Aura | It is out. | approved']);
  expect(screens[1]).toEqual(screens[0]);
  expect(screens[2]).toEqual(screens[0]);
  expect(service.requests.filter(({ path }) => path === '/thread')).toHaveLength(1);
  await cho.page.reload();
  await expect.poll(async () => await linesOf(thread(cho.page))).toEqual(screens[0]);
});

test('who is there and who types shows to the others, and not for ever', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Presence');
  await say(anna, 'Hello');
  for (const actor of [anna, ben]) await open(actor, roomId);
  await composer(ben.page).pressSequentially('typing away');
  await anna.page.getByText('Ben is typing…').waitFor();
  expect(await ben.page.getByText('is typing…').count()).toBe(0);
  await anna.page.getByRole('button', { name: /^Members/ }).click();
  await anna.page.locator(`[data-member="${ben.userId}"][data-online=true]`).waitFor();
  await composer(ben.page).press('Enter');
  await anna.page.getByText('Ben is typing…').waitFor({ state: 'detached' });
  await untilShown(anna.page, 'typing away');
});

test('older messages load above without moving what is being read, and a link leads far back', async () => {
  const { anna } = scene;
  const { roomId, say } = await createRoom(anna, [], 'History');
  const textOf = (index: number) => `Line ${index}. ${'Words. '.repeat(index % 40)}`.trim();
  for (let index = 1; index < 160; index += 20) {
    // Their order within twenty does not matter here.
    const twenty = Array.from({ length: Math.min(20, 160 - index) }, (_, offset) => index + offset);
    await Promise.all(twenty.map((next) => say(anna, textOf(next))));
  }
  await say(anna, textOf(160));
  const { page } = anna;
  await open(anna, roomId);
  await page.getByText('Line 160.').waitFor();
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  await page.route(/chat\.messages/, async (route) => {
    asked += 1;
    await gate.promise;
    await route.continue();
  });
  await messageList(page).hover();
  await page.mouse.wheel(0, -20_000);
  await expect.poll(() => messageList(page).evaluate((list) => list.scrollTop)).toBe(0);
  await expect.poll(() => asked).toBe(1);
  const row = messageList(page)
    .locator('[data-message]')
    .filter({ hasText: /Line 1[12]\d\./ })
    .nth(2);
  const text = (await row.locator('[data-said]').textContent()) ?? '';
  const same = messageList(page).getByText(text, { exact: true });
  const before = await same.boundingBox();
  const heightOf = () => messageList(page).evaluate((list) => list.scrollHeight);
  const height = await heightOf();
  gate.resolve();
  await expect.poll(heightOf).toBeGreaterThan(height + 1_000);
  expect(Math.abs(((await same.boundingBox())?.y ?? 0) - (before?.y ?? -1_000))).toBeLessThan(3);
  await page.unroute(/chat\.messages/);

  const { messages } = await anna.client.chat.messages.query({ roomId, before: 30, limit: 1 });
  const [old] = messages;
  await page.goto(`/app/rooms/${roomId}?at=${old?.seq}`);
  const found = messageList(page).getByText(old?.text ?? '', { exact: true });
  await found.waitFor();
  await expect.poll(async () => Math.abs(((await found.boundingBox())?.y ?? 0) - 700)).toBeLessThan(300);
});

test('what is sent on a cut line shows at once, survives a reload, and arrives once and in order', async () => {
  const { world, line, anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Train');
  await say(anna, 'Hello');
  await open(ben, roomId);
  await ben.page.route(/chat\.postMessage/, (route) => route.abort());
  await write(ben.page, 'one');
  await write(ben.page, 'two');
  const waiting = messageList(ben.page).locator('[data-message][data-state=sending]');
  await expect.poll(() => waiting.count()).toBe(2);
  await ben.page.reload();
  await expect.poll(() => waiting.count()).toBe(2);
  line.cut();
  await ben.page.unroute(/chat\.postMessage/);
  line.mend();
  const sent = messageList(ben.page).locator('[data-message][data-state=sent]');
  await expect.poll(() => sent.count(), { timeout: 20_000 }).toBe(3);
  expect(await screenOf(ben.page)).toEqual(['Anna Berg | Hello', 'Ben | one', 'Ben | two']);
  const { messages } = await anna.client.chat.messages.query({ roomId });
  expect(messages.map(({ text }) => text)).toEqual(['Hello', 'one', 'two']);
  expect(world.url).not.toBe(line.url);
});
