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
