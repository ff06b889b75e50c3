import { createTestCaller } from '@aura/backend/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composer, signIn } from './app-page.ts';
import { createRoom, messageList } from './room-page.ts';
import { createWorld, type Person, type World } from './world.ts';

/** Somebody with a page open. */
interface Actor extends Person {
  page: Page;
}

let scene: { world: World; anna: Actor; ben: Actor };
const parts = new AsyncDisposableStack();
beforeAll(async () => {
  const world = parts.use(await createWorld());
  const enter = async (nickname: string): Promise<Actor> => {
    const person = await world.addPerson({ nickname });
    const page = await world.openTab(await world.openBrowser({ viewport: { width: 1280, height: 800 } }));
    await signIn(page, person);
    await composer(page).waitFor();
    return { ...person, page };
  };
  scene = { world, anna: await enter('Anna Berg'), ben: await enter('Ben') };
});
afterAll(async () => await parts.disposeAsync());

async function open({ page }: Actor, roomId: string): Promise<void> {
  await page.goto(`/app/rooms/${roomId}`);
  await messageList(page).waitFor();
}

test('everybody who is banned shows, however many, and a ban can be lifted', async () => {
  const { world, anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Many bans');
  await say(anna, 'Hello');
  for (let count = 0; count < 54; count++) {
    const { ctx } = await createTestCaller(world.server.node.backend);
    await anna.client.chat.ban.mutate({ roomId, userId: ctx.caller.userId });
  }
  await open(anna, roomId);
  await anna.page.getByRole('button', { name: /^Members/ }).click();
  const banned = anna.page.getByRole('region', { name: 'Banned' }).getByRole('listitem');
  await expect.poll(() => banned.count()).toBe(50);
  await banned.last().scrollIntoViewIfNeeded();
  await expect.poll(() => banned.count()).toBe(54);
  await banned.last().getByRole('button', { name: /^Lift/ }).click();
  await expect.poll(() => banned.count()).toBe(53);
});

const panel = ({ page }: Actor, name: string) => page.getByRole('complementary', { name });

async function search(actor: Actor, words: string): Promise<void> {
  await actor.page.getByRole('button', { name: 'More about this room' }).click();
  await actor.page.getByRole('menuitem', { name: 'Search messages' }).click();
  await actor.page.getByRole('searchbox').fill(words);
}

test('a reply far back in a thread whose message is far back is found, pinned too, and leads to its place there', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Far back');
  const root = await say(ben, 'The azure plan');
  const found = await say(ben, 'crimson it is', { threadOf: root });
  for (let index = 0; index < 60; index++) await say(anna, `Reply ${index}`, { threadOf: root });
  for (let index = 0; index < 60; index++) await say(anna, `Line ${index}`);
  await anna.client.chat.pin.mutate({ roomId, messageId: found });
  await open(anna, roomId);
  const thread = panel(anna, 'Thread');
  const expectThread = async () => {
    await thread.getByText('The azure plan').waitFor();
    const reply = thread.locator('[data-message][data-highlighted=true]');
    await reply.getByText('crimson it is').waitFor();
    expect(
      await reply.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= window.innerHeight;
      }),
    ).toBe(true);
    await expect.poll(() => new URL(page.url()).searchParams.get('reply')).toBe(null);
  };
  await search(anna, 'crimson');
  await page.getByRole('button', { name: 'Show in its thread' }).click();
  await expectThread();
  await page.goBack();
  await panel(anna, 'Search messages').getByText('crimson it is').waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('crimson');

  await page.getByRole('button', { name: 'Pinned messages' }).click();
  await panel(anna, 'Pinned messages').getByRole('button', { name: 'Show in its thread' }).click();
  await expectThread();
  expect(await messageList(page).getByText('The azure plan').count()).toBe(0);
});

test('a thread whose message is not there says so', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'No such thread');
  await say(anna, 'Hello');
  await anna.page.goto(`/app/rooms/${roomId}?thread=${crypto.randomUUID()}`);
  await panel(anna, 'Thread').getByText('There is no such message in this room.').waitFor();
  expect(await panel(anna, 'Thread').getByRole('textbox').count()).toBe(0);
});

test('nobody is offered to reply below what was deleted', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Deleted thread');
  const messageId = await say(anna, 'soon gone');
  await say(ben, 'a reply', { threadOf: messageId });
  await ben.page.goto(`/app/rooms/${roomId}?thread=${messageId}`);
  const field = panel(ben, 'Thread').getByRole('textbox');
  await field.waitFor();
  await anna.client.chat.deleteMessage.mutate({ roomId, messageId });
  await field.waitFor({ state: 'detached' });
  await panel(ben, 'Thread').getByText('a reply').waitFor();
});

test('what is found or pinned takes in what happens to it, far back and in threads: nothing that was deleted stays', async () => {
  const { anna, ben } = scene;
  const { roomId, say } = await createRoom(anna, [ben], 'Still true');
  const changed = await say(ben, 'amber one');
  const deleted = await say(ben, 'amber two');
  const reply = await say(ben, 'amber three', { threadOf: changed });
  for (let index = 0; index < 60; index++) await say(anna, `Line ${index}`);
  for (const messageId of [changed, deleted, reply]) {
    await anna.client.chat.pin.mutate({ roomId, messageId });
  }
  await open(anna, roomId);
  await open(ben, roomId);
  await search(anna, 'amber');
  const hits = panel(anna, 'Search messages').getByRole('listitem');
  await expect.poll(() => hits.count()).toBe(3);
  await ben.page.getByRole('button', { name: 'Pinned messages' }).click();
  const pins = panel(ben, 'Pinned messages').getByRole('listitem');
  await expect.poll(() => pins.count()).toBe(3);

  const { chat } = ben.client;
  await chat.deleteMessage.mutate({ roomId, messageId: deleted });
  await hits.nth(1).getByText('This message was deleted.').waitFor();
  expect(await hits.getByText('amber two').count()).toBe(0);
  await expect
    .poll(() => pins.locator('[data-said]').allTextContents())
    .toEqual(['amber three', 'amber one']);
  await chat.editMessage.mutate({ roomId, messageId: changed, text: 'amber, after all' });
  await chat.addReaction.mutate({ roomId, messageId: reply, emoji: '🎉' });
  for (const list of [hits, pins]) {
    await list.getByText('amber, after all').waitFor();
    await list.getByRole('button', { name: /^🎉, 1/ }).waitFor();
  }
  // One's own shows before the server has it, there as anywhere.
  const gate = Promise.withResolvers<void>();
  await anna.page.route(/chat\.addReaction/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  await hits.first().getByRole('button', { name: '🎉, 1' }).click();
  await hits.first().getByRole('button', { name: '🎉, 2, with yours' }).waitFor();
  gate.resolve();
  await pins.getByRole('button', { name: '🎉, 2, with yours' }).waitFor();
});

test('a public room that one is not in shows what it is and can be joined; a private one is none', async () => {
  const { anna, ben } = scene;
  const { page } = ben;
  const create = async (name: string, isPublic: boolean) => {
    const topic = `Of ${name}`;
    const room = { clientId: crypto.randomUUID(), name, topic, isPublic };
    return (await anna.client.chat.createRoom.mutate(room)).id;
  };
  await page.goto(`/app/rooms/${await create('Secrets', false)}`);
  await page.getByRole('heading', { name: 'There is no such room for you' }).waitFor();
  expect(await page.getByText('Secrets').count()).toBe(0);

  const archived = await create('Bygones', true);
  await anna.client.chat.archiveRoom.mutate({ roomId: archived });
  await page.goto(`/app/rooms/${archived}`);
  await page.getByRole('heading', { name: 'Bygones' }).waitFor();
  await page.getByRole('link', { name: 'Look at public rooms' }).waitFor();
  expect(await page.getByRole('button', { name: 'Join room' }).count()).toBe(0);

  const roomId = await create('Garden', true);
  await page.goto(`/app/rooms/${roomId}`);
  await page.getByRole('heading', { name: 'Garden' }).waitFor();
  await page.getByText('Of Garden').waitFor();
  await page.getByRole('button', { name: 'Join room' }).click();
  await composer(page).waitFor();
  await anna.client.chat.removeMember.mutate({ roomId, userId: ben.userId });
  await page.getByRole('heading', { name: 'You are not in “Garden” any more' }).waitFor();
});

test('when it cannot be told what a room is, that is said, and tried again', async () => {
  const { anna, ben } = scene;
  const { page } = ben;
  const room = { clientId: crypto.randomUUID(), name: 'Orchard', isPublic: true };
  const { id } = await anna.client.chat.createRoom.mutate(room);
  await page.route(/chat\.listRooms/, async (route) => await route.fulfill({ status: 400, body: 'no' }));
  await page.goto(`/app/rooms/${id}`);
  await page.getByRole('heading', { name: 'The room could not be loaded.' }).waitFor();
  await page.unroute(/chat\.listRooms/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Orchard' }).waitFor();
});

test('a thread that could not be loaded says so, and is there after another try', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Thread later');
  const root = await say(ben, 'The root');
  await say(ben, 'The reply', { threadOf: root });
  for (let index = 0; index < 60; index++) await say(anna, `Line ${index}`);
  await page.route(/chat\.getThread/, async (route) => await route.fulfill({ status: 400, body: 'no' }));
  await page.goto(`/app/rooms/${roomId}?thread=${root}`);
  const thread = panel(anna, 'Thread');
  await thread.getByText('The thread could not be loaded.').waitFor();
  await page.unroute(/chat\.getThread/);
  await thread.getByRole('button', { name: 'Try again' }).click();
  await thread.getByText('The reply').waitFor();
  await ben.client.chat.deleteMessage.mutate({ roomId, messageId: root });
  await thread.getByText('This message was deleted.').waitFor();
  await thread.getByText('The reply').waitFor();
});

test('a link to a run in a thread opens that thread alone, whatever else stood there', async () => {
  const { anna, ben } = scene;
  const { page } = anna;
  const { roomId, say } = await createRoom(anna, [ben], 'Link to a run');
  const root = await say(anna, 'The root');
  const clientId = crypto.randomUUID();
  const text = '@agent\n#tool ask_user {"question":"Which?"}';
  const asked = await anna.client.chat.postMessage.mutate({ roomId, threadOf: root, text, clientId });
  await page.goto(`/app/rooms/${roomId}?panel=search&words=root&run=${asked.runId ?? ''}`);
  await panel(anna, 'Thread').getByText('The root').waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe(`?thread=${root}`);
});
