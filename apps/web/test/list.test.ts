import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, runWith, signIn } from './app-page.ts';
import { createWorld, type Person, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

/** Rooms stand in a navigation of their own above it. */
const list = (page: Page) => page.getByRole('navigation').last();
const titles = (page: Page) => list(page).getByRole('link').allTextContents();
async function choose(page: Page, title: string, action: string): Promise<void> {
  await page.getByRole('link', { name: title, exact: true }).hover();
  await page.getByRole('button', { name: `Actions for “${title}”` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('renaming, pinning and archiving show in every tab; archiving can be undone', async () => {
  const person = await world.addPerson();
  await addConversations(person, ['Old', 'Middle', 'New']);
  const browser = await world.openBrowser();
  const other = await world.openTab(browser);
  await signIn(other, person);
  // The newest tab is the one in front; browsers slow down the others.
  const page = await world.openTab(browser);
  await expect.poll(() => titles(other)).toEqual(['New', 'Middle', 'Old']);

  await choose(page, 'Old', 'Rename');
  await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Oldest');
  await page.keyboard.press('Enter');
  await choose(page, 'Oldest', 'Pin');
  await expect.poll(async () => (await titles(other))[0]).toBe('Oldest');
  await other.getByRole('heading', { name: 'Pinned' }).waitFor();

  await choose(page, 'Middle', 'Archive');
  await expect.poll(() => titles(other)).toEqual(['Oldest', 'New']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await titles(other)).toSorted()).toEqual(['Middle', 'New', 'Oldest']);

  await choose(page, 'New', 'Archive');
  await other.getByRole('button', { name: 'Archived conversations' }).click();
  await expect.poll(() => titles(other)).toEqual(['New']);
});

test('the search finds titles, says when none match, and opens with Ctrl+K', async () => {
  const person = await world.addPerson();
  await addConversations(person, ['Seoul trip', 'Busan trip', '서울 여행']);
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await page.getByRole('link', { name: 'Seoul trip' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('trip seoul');
  await expect.poll(() => titles(page)).toEqual(['Seoul trip']);
  await page.keyboard.press('Escape');
  await page.keyboard.type('서울');
  await expect.poll(() => titles(page)).toEqual(['서울 여행']);
  await page.keyboard.type(' nowhere');
  await page.getByText('No title matches “서울 nowhere”').waitFor();
});

test('a long list loads to its end while it is scrolled', async () => {
  const person = await world.addPerson();
  const names = Array.from({ length: 110 }, (_, index) => `Talk ${index + 1}`);
  await addConversations(person, names);
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await page.getByRole('link', { name: 'Talk 110', exact: true }).waitFor();
  expect((await titles(page)).length).toBeLessThan(110);
  await expect
    .poll(async () => {
      await list(page).evaluate(({ parentElement }) =>
        parentElement?.scrollTo(0, parentElement.scrollHeight),
      );
      return await titles(page);
    })
    .toEqual(names.toReversed());
});

test('on a phone the list is a drawer that closes where it leads', async () => {
  const person = await world.addPerson();
  await addConversations(person, ['Pocket']);
  const browser = await world.openBrowser({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await world.openTab(browser);
  await signIn(page, person);
  await page.getByRole('button', { name: 'Open conversations' }).tap();
  const drawer = page.getByRole('dialog', { name: 'Conversations' });
  await drawer.getByRole('link', { name: 'Pocket' }).tap();
  await drawer.waitFor({ state: 'detached' });
  await ask(page, '#say A `line` that is long enough to need a phone to break it somewhere in the middle.');
  await runWith(page, 'completed');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
});

async function addConversations({ client }: Person, names: readonly string[]): Promise<void> {
  for (const [index, title] of names.entries()) {
    await client.conversation.create.mutate({ clientId: `conversation-${index}`, title });
  }
}
