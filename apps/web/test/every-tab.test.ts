import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, ask, runs, runWith, signIn, untilSaid } from './app-page.ts';
import { answerIn, readLog } from './read-log.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('a tab that reloads in mid-answer and one that watches end with the text of the log', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const asking = await world.openTab(browser);
  await signIn(asking, person);
  const conversationId = await ask(asking, '#think Counting.\n#delay 15\n#repeat 200 token');
  const watching = await world.openTab(browser, `c/${conversationId}`);
  await untilSaid(watching, 'token 20 ');

  await asking.reload();
  expect(await runs(asking).first().getAttribute('data-status')).toBe('running');
  await runWith(asking, 'completed');
  await runWith(watching, 'completed');

  const log = await readLog(person.client, conversationId);
  const { pieces, kept } = answerIn(log);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(kept.match(/token/g)).toHaveLength(200);
  expect(pieces).toBe(kept);
  expect(await answer(asking).textContent()).toBe(kept.trim());
  expect(await answer(watching).textContent()).toBe(kept.trim());
});

test('stop in one tab ends the answer in every tab and keeps what was said', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const asking = await world.openTab(browser);
  await signIn(asking, person);
  const conversationId = await ask(asking, '#delay 20\n#repeat 3000 token');
  const stopping = await world.openTab(browser, `c/${conversationId}`);
  await untilSaid(stopping, 'token 10 ');

  const startedAt = performance.now();
  await stopping.getByRole('button', { name: 'Stop', exact: true }).click();
  await runWith(asking, 'cancelled');
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await runWith(stopping, 'cancelled');

  const { kept } = answerIn(await readLog(person.client, conversationId));
  expect(kept).toContain('token 10 ');
  expect(await answer(asking).textContent()).toBe(kept.trim());
  expect(await answer(stopping).textContent()).toBe(kept.trim());
  await asking.getByText('Stopped. What was said until then is kept.').waitFor();
});

test('Escape stops the answer', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, '#delay 20\n#repeat 3000 token');
  await untilSaid(page, 'token 3 ');
  await page.keyboard.press('Escape');
  await runWith(page, 'cancelled');
});

test('a conversation deleted elsewhere says so, and is a page that does not exist afterwards', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const reading = await world.openTab(browser);
  await signIn(reading, person);
  const conversationId = await ask(reading, '#say Soon gone.');
  await runWith(reading, 'completed');
  const deleting = await world.openTab(browser, `c/${conversationId}`);

  await deleting.getByRole('button', { name: /^Actions for/ }).click({ force: true });
  await deleting.getByRole('menuitem', { name: 'Delete' }).click();
  await deleting.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await deleting.getByText('Conversation deleted.').waitFor();
  expect(new URL(deleting.url()).pathname).toBe('/app/');
  await deleting.getByText('No conversations yet').waitFor();

  await reading.getByRole('heading', { name: 'This conversation was deleted' }).waitFor();
  await reading.getByText('No conversations yet').waitFor();
  await reading.reload();
  await reading.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});
