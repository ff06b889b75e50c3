import { LIMITS } from '@aura/contract';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composer, signIn } from './app-page.ts';
import { createRoom, messageList, untilShown } from './room-page.ts';
import { createWorld, type Person } from './world.ts';

/** Somebody with a page open. */
interface Actor extends Person {
  page: Page;
}

let scene: { anna: Actor; ben: Actor };
const parts = new AsyncDisposableStack();
beforeAll(async () => {
  const world = parts.use(await createWorld());
  const enter = async (nickname: string): Promise<Actor> => {
    const person = await world.addPerson({ nickname });
    const page = await world.openTab(await world.openBrowser({ viewport: { width: 1000, height: 1000 } }));
    await signIn(page, person);
    await composer(page).waitFor();
    return { ...person, page };
  };
  scene = { anna: await enter('Anna Berg'), ben: await enter('Ben') };
});
afterAll(async () => await parts.disposeAsync());

const hasFocus = async (locator: Locator): Promise<boolean> =>
  await locator.evaluate((element) => element.contains(document.activeElement));

async function open({ page }: Actor, roomId: string): Promise<void> {
  await page.goto(`/app/rooms/${roomId}`);
  await messageList(page).waitFor();
}

test('a reaction shows before the server has it, and goes with the reason when it is refused', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Reactions');
  const messageId = await say(ben, 'Well?');
  for (const actor of [anna, ben]) await open(actor, roomId);
  const gate = Promise.withResolvers<void>();
  await anna.page.route(/chat\.addReaction/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  const message = messageList(anna.page).locator('[data-message]').filter({ hasText: 'Well?' });
  await message.hover();
  await message.getByRole('button', { name: 'React with 👍' }).click();
  await message.getByRole('button', { name: '👍, 1, with yours' }).waitFor();
  const bens = messageList(ben.page).getByRole('button', { name: '👍, 1' });
  expect(await bens.count()).toBe(0);
  gate.resolve();
  await bens.waitFor();

  const more = '😄 🎉 👀 ✅ 👎 🙏 👏 🙌 💪 🤝 👋 🫡 😂 😊 😍 🤔 😮 😢 😅'
    .split(' ')
    .slice(0, LIMITS.reactionKindsMax - 1);
  const refused = '🚀';
  for (const emoji of more) await ben.client.chat.addReaction.mutate({ roomId, messageId, emoji });
  await message.getByRole('button', { name: `${more.at(-1)}, 1` }).waitFor();
  await message.getByRole('button', { name: 'React', exact: true }).first().click();
  await anna.page.getByRole('button', { name: `React with ${refused}` }).click();
  await anna.page.getByText('That did not work.').waitFor();
  expect(await message.getByRole('button', { name: `${refused}, 1` }).count()).toBe(0);
});

test('a room that fits on the page is at its end: what is said there is read', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Short');
  await say(anna, 'Hello');
  await say(ben, 'Unread');
  await open(anna, roomId);
  await messageList(anna.page).getByText('New messages').waitFor();
  await say(ben, 'More');
  await untilShown(anna.page, 'More');
  const unread = async () => {
    const { rooms } = await anna.client.chat.listRooms.query({ scope: 'mine', query: 'Short' });
    return rooms.map(({ unreadCount }) => unreadCount);
  };
  await expect.poll(unread).toEqual([0]);
  expect(await anna.page.getByRole('button', { name: /Jump to latest|new message/ }).count()).toBe(0);
});

test('Escape closes what was opened last, and the focus goes back to where it came from', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Keys');
  await say(anna, 'Hello');
  await open(anna, roomId);
  const members = page.getByRole('button', { name: /^Members/ });
  await members.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Members' });
  await panel.getByRole('button', { name: 'Actions for Ben' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Make owner' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem', { name: 'Make owner' }).waitFor({ state: 'detached' });
  await panel.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await expect.poll(() => hasFocus(members)).toBe(true);

  const message = messageList(page).locator('[data-message]').first();
  await message.focus();
  await message.getByRole('button', { name: /^Actions for/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await message.getByText('This message was deleted.').waitFor();
  await expect.poll(() => hasFocus(message)).toBe(true);
});

test('somebody who is banned learns it at once, and is not asked to join', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Banned');
  await anna.client.chat.updateRoom.mutate({ roomId, isPublic: true });
  await say(anna, 'Hello');
  await open(ben, roomId);
  await anna.client.chat.ban.mutate({ roomId, userId: ben.userId, reason: 'Spam' });
  await ben.page.getByText('You cannot enter this room').waitFor();
  expect(await ben.page.getByRole('button', { name: 'Join room' }).count()).toBe(0);
});

test('words that were said are found, far back and in threads, and lead to where they stand', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Search');
  const first = await say(ben, 'The azure plan');
  await say(ben, 'azure it is', { threadOf: first });
  for (let index = 0; index < 60; index++) await say(anna, `Line ${index}`);
  await open(anna, roomId);
  await page.getByRole('button', { name: 'More about this room' }).click();
  await page.getByRole('menuitem', { name: 'Search messages' }).click();
  await page.getByRole('searchbox').fill('azu');
  const hits = page.getByRole('complementary', { name: 'Search messages' }).getByRole('listitem');
  await expect
    .poll(() => hits.locator('[data-said]').allTextContents())
    .toEqual(['azure it is', 'The azure plan']);
  await hits.getByRole('button', { name: 'Show in the room' }).click();
  await untilShown(page, 'The azure plan');
  await hits.getByRole('button', { name: 'Show in its thread' }).click();
  await page.locator('[data-thread]').getByText('azure it is').waitFor();
  // What opened the thread is gone with the hits.
  await page.getByRole('complementary', { name: 'Thread' }).getByRole('textbox').press('Escape');
  await expect.poll(() => hasFocus(messageList(page))).toBe(true);
});

test('on a phone a jump from a panel leads to the message, not behind the panel', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Phone');
  await anna.client.chat.pin.mutate({ roomId, messageId: await say(ben, 'Pinned one'), isPinned: true });
  const { width, height } = page.viewportSize() ?? { width: 1000, height: 1000 };
  await page.setViewportSize({ width: 390, height: 844 });
  await open(anna, roomId);
  await page.getByRole('button', { name: 'Pinned messages' }).click();
  await page.getByRole('button', { name: 'Show in the room' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await messageList(page).locator('[data-highlighted=true]').getByText('Pinned one').waitFor();
  await page.setViewportSize({ width, height });
});

test('a list that grows at its end stays there: nothing is offered to jump to', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Grows');
  for (let index = 0; index < 40; index++) await say(anna, `Line ${index}`);
  await open(anna, roomId);
  await untilShown(page, 'Line 39');
  const before = await messageList(page).evaluate(({ clientHeight }) => clientHeight);
  await messageList(page).evaluate(async (list) => {
    // As when the composer goes; the browser may tell of the move up before it tells of the size.
    const dock = list.parentElement?.nextElementSibling;
    if (dock instanceof HTMLElement) dock.style.display = 'none';
    list.getBoundingClientRect();
    list.dispatchEvent(new Event('scroll'));
    const frame = async () => await new Promise((resolve) => requestAnimationFrame(resolve));
    for (let count = 0; count < 5; count++) await frame();
  });
  expect(await messageList(page).evaluate(({ clientHeight }) => clientHeight)).toBeGreaterThan(before);
  expect(await page.getByRole('button', { name: /Jump to latest/ }).count()).toBe(0);
});

test('what only calls itself an image is shown as a file', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Files');
  const file = new Blob(['no image'], { type: 'image/png' });
  const { id } = await anna.client.uploadAttachment(roomId, file, { name: 'broken.png' });
  await say(anna, 'Look', { attachmentIds: [id] });
  await open(anna, roomId);
  await messageList(anna.page)
    .getByRole('link', { name: /broken\.png/ })
    .getByText('broken.png')
    .waitFor();
  expect(await messageList(anna.page).locator('img').count()).toBe(0);
});

test('whoever asked the agent stops it, also what still waits for its turn; members who did not ask are offered nothing', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Stopping');
  await say(ben, '@agent\n#tool ask_user {"question":"Which one?"}');
  await say(anna, '@agent never mind');
  for (const actor of [anna, ben]) await open(actor, roomId);
  const runs = ({ page }: Actor) => messageList(page).locator('[data-run-id]');
  const offered = ({ page }: Actor, name: string) =>
    messageList(page).getByRole('button', { name, exact: true });
  await runs(ben).filter({ hasText: 'Queued' }).waitFor();
  expect(await offered(ben, 'Don’t answer it').count()).toBe(0);
  await offered(anna, 'Don’t answer it').click();
  await runs(ben).filter({ hasText: 'Stopped before anything was said.' }).waitFor();
  // Anna owns the room.
  expect(await offered(anna, 'Stop').count()).toBe(1);
  await offered(ben, 'Stop').click();
  await offered(anna, 'Stop').waitFor({ state: 'hidden' });
  expect(await runs(anna).and(anna.page.locator('[data-status=cancelled]')).count()).toBe(2);
});

test('Enter after a name was begun takes the first person found, and makes no room without them', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  await page.goto('/app/rooms');
  await page.getByRole('button', { name: 'New room' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Picked');
  const people = dialog.getByRole('textbox', { name: 'Invite people' });
  await people.fill('nobody of that name');
  await page.getByText('Nobody found. Check the spelling.').waitFor();
  await people.press('Enter');
  await people.fill('be');
  await page.getByRole('option', { name: 'Ben' }).and(page.locator('[data-combobox-selected]')).waitFor();
  await people.press('Enter');
  await dialog.locator('label, span').filter({ hasText: /^Ben$/ }).first().waitFor();
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await page.waitForURL(/\/rooms\/[\da-f-]{36}$/);
  const roomId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const { state } = await anna.client.chat.getRoom.query({ roomId });
  expect(state.members.map(({ userId }) => userId).toSorted()).toEqual([anna.userId, ben.userId].toSorted());
});

test('a long name of a room keeps the field to write in on one line', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Name');
  await say(anna, 'Hello');
  await open(anna, roomId);
  const heightOf = async () => await composer(page).evaluate(({ clientHeight }) => clientHeight);
  const before = await heightOf();
  const name = 'A name without end '.repeat(13).trim();
  await anna.client.chat.updateRoom.mutate({ roomId, name });
  await expect.poll(async () => await composer(page).getAttribute('placeholder')).toContain(name);
  expect(await heightOf()).toBe(before);
  await composer(page).fill('one\ntwo\nthree');
  await expect.poll(heightOf).toBeGreaterThan(2 * before - 20);
});
