import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composer, signIn } from './app-page.ts';
import { createRoom, messageList, type TestRoom, untilShown, write } from './room-page.ts';
import { createWorld, type Person, type World } from './world.ts';

const LINE = 'New messages';
let scene: { world: World; anna: Person; ben: Person; page: Page };
const parts = new AsyncDisposableStack();
beforeAll(async () => {
  const world = parts.use(await createWorld());
  const anna = await world.addPerson({ nickname: 'Anna Berg' });
  const ben = await world.addPerson({ nickname: 'Ben' });
  const page = await world.openTab(await world.openBrowser({ viewport: { width: 1280, height: 800 } }));
  await signIn(page, anna);
  await composer(page).waitFor();
  scene = { world, anna, ben, page };
});
afterAll(async () => await parts.disposeAsync());

/** What was said, with the line where it stands. */
async function saidAndLine(): Promise<string[]> {
  const rows = messageList(scene.page).locator('h2, [data-said]');
  const texts = await rows.allTextContents();
  return texts.filter((text) => text === LINE || !/\d{4}|day|Today/.test(text));
}

/** Puts the window behind another one, or in front again. */
async function setInFront(isInFront: boolean): Promise<void> {
  await scene.page.evaluate((value) => {
    document.hasFocus = () => value;
    window.dispatchEvent(new Event(value ? 'focus' : 'blur'));
  }, isInFront);
}

async function untilRead({ roomId }: TestRoom): Promise<void> {
  const unread = async () => {
    const { rooms } = await scene.anna.client.chat.listRooms.query({ roomId });
    return rooms.map(({ unreadCount }) => unreadCount);
  };
  await expect.poll(unread).toEqual([0]);
}

test('what is seen to come is never new; what came meanwhile is, until one has caught up and more comes, or answers', async () => {
  const { anna, ben, page } = scene;
  const room = await createRoom(anna, [ben], 'Watched');
  await room.say(anna, 'hello');
  await room.say(ben, 'unread');
  await page.goto(`/app/rooms/${room.roomId}`);
  await untilShown(page, 'unread');
  await expect.poll(saidAndLine).toEqual(['hello', LINE, 'unread']);
  await untilRead(room);
  await page.reload();
  await untilShown(page, 'unread');
  await room.say(ben, 'seen');
  await untilShown(page, 'seen');
  await untilRead(room);
  expect(await saidAndLine()).toEqual(['hello', 'unread', 'seen']);

  await setInFront(false);
  await room.say(ben, 'missed');
  await room.say(ben, 'missed too');
  await expect.poll(saidAndLine).toEqual(['hello', 'unread', 'seen', LINE, 'missed', 'missed too']);
  await setInFront(true);
  await untilRead(room);
  await room.say(ben, 'seen again');
  await untilShown(page, 'seen again');
  await untilRead(room);
  const caughtUp = ['hello', 'unread', 'seen', LINE, 'missed', 'missed too', 'seen again'];
  expect(await saidAndLine()).toEqual(caughtUp);
  await setInFront(false);
  await room.say(ben, 'later');
  const others = caughtUp.filter((text) => text !== LINE);
  await expect.poll(saidAndLine).toEqual([...others, LINE, 'later']);
  await setInFront(true);
  await write(page, 'answer');
  await untilShown(page, 'answer');
  await expect.poll(saidAndLine).toEqual([...others, 'later', 'answer']);
});

test('what comes below while one reads further up is new, and nothing is once one comes back to a room that was read', async () => {
  const { anna, ben, page } = scene;
  const other = await createRoom(anna, [ben], 'Other');
  await other.say(anna, 'elsewhere');
  const room = await createRoom(anna, [ben], 'Scrolled');
  for (let index = 0; index < 40; index++) await room.say(anna, `Line ${index}`);
  await page.goto(`/app/rooms/${room.roomId}`);
  await untilShown(page, 'Line 39');
  await messageList(page).hover();
  await page.mouse.wheel(0, -1_500);
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  await room.say(ben, 'below');
  await page.getByRole('button', { name: '1 new message' }).click();
  await untilShown(page, 'below');
  expect((await saidAndLine()).slice(-3)).toEqual(['Line 39', LINE, 'below']);
  await untilRead(room);

  const rooms = page.getByRole('navigation');
  await rooms.getByRole('link', { name: /Other/ }).click();
  await untilShown(page, 'elsewhere');
  await rooms.getByRole('link', { name: /Scrolled/ }).click();
  await untilShown(page, 'below');
  expect((await saidAndLine()).slice(-2)).toEqual(['Line 39', 'below']);
});

test('more unread messages than are loaded: a button leads to the first of them', async () => {
  const { anna, ben, page } = scene;
  const room = await createRoom(anna, [ben], 'Much unread');
  await room.say(anna, 'the last that was read');
  await anna.client.chat.markRead.mutate({ roomId: room.roomId, seq: 100 });
  for (let index = 0; index < 70; index++) await room.say(ben, `Unread ${index}`);
  await page.goto(`/app/rooms/${room.roomId}`);
  await untilShown(page, 'Unread 69');
  const jump = page.getByRole('button', { name: 'Jump to what is new' });
  await jump.click();
  await expect
    .poll(async () => (await saidAndLine()).slice(0, 3))
    .toEqual(['the last that was read', LINE, 'Unread 0']);
  await messageList(page).getByText(LINE).waitFor();
  await expect.poll(() => jump.count()).toBe(0);
});

test('what could not be loaded is not jumped to when it is loaded later, unasked', async () => {
  const { anna, ben, page } = scene;
  const room = await createRoom(anna, [ben], 'Cut off');
  await room.say(anna, 'the last that was read');
  await anna.client.chat.markRead.mutate({ roomId: room.roomId, seq: 100 });
  for (let index = 0; index < 70; index++) await room.say(ben, `Unread ${index}`);
  const isOlderPage = /chat\.messages/;
  await page.route(isOlderPage, async (route) => await route.fulfill({ status: 400, body: 'no' }));
  await page.goto(`/app/rooms/${room.roomId}`);
  await untilShown(page, 'Unread 69');
  const jump = page.getByRole('button', { name: 'Jump to what is new' });
  await jump.click();
  const failed = page.getByText('Older messages could not be loaded.');
  await failed.waitFor();
  await page.unroute(isOlderPage);
  await room.say(ben, 'one more');
  await jump.waitFor();
  const heightOf = async () => await messageList(page).evaluate(({ scrollHeight }) => scrollHeight);
  const before = await heightOf();
  await messageList(page).evaluate((list) => list.scrollTo({ top: 400 }));
  await expect.poll(heightOf).toBeGreaterThan(before + 100);
  const isAtTop = async () => await messageList(page).evaluate(({ scrollTop }) => scrollTop < 400);
  await messageList(page).evaluate(async () => {
    const frame = async () => await new Promise((resolve) => requestAnimationFrame(resolve));
    for (let count = 0; count < 5; count++) await frame();
  });
  expect(await isAtTop()).toBe(false);
  await jump.click();
  await expect.poll(isAtTop).toBe(true);
  await messageList(page).getByText(LINE).waitFor();
});
