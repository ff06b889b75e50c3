import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, ask, composer, runs, runWith, signIn, untilSaid } from './app-page.ts';
import { createLine } from './line.ts';
import { answerIn, readLog } from './read-log.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('an answer goes on where it was after the line was cut, and the page says when it is not live', async () => {
  await using line = await createLine(world.url);
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser({ baseURL: line.url }));
  await signIn(page, person);
  const conversationId = await ask(page, '#delay 15\n#repeat 200 token');
  await untilSaid(page, 'token 20 ');

  line.cut();
  const notice = page.getByText(/Reconnecting|No connection/);
  await notice.waitFor();
  line.mend();
  await runWith(page, 'completed');
  await notice.waitFor({ state: 'detached' });
  const { kept } = answerIn(await readLog(person.client, conversationId));
  expect(kept.match(/token/g)).toHaveLength(200);
  expect(await answer(page).textContent()).toBe(kept.trim());
});

test('a message that could not be sent keeps its text, and arrives once when it is sent again', async () => {
  await using line = await createLine(world.url);
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser({ baseURL: line.url }));
  await signIn(page, person);
  const conversationId = await ask(page, '#say First.');
  await runWith(page, 'completed');

  line.cut();
  await composer(page).fill('#say Second.');
  await composer(page).press('Enter');
  await page.getByText('Not sent.').waitFor();
  line.mend();
  await page.getByRole('button', { name: 'Retry' }).click();
  await untilSaid(page, 'Second.');
  await runWith(page, 'completed');
  expect(await runs(page).count()).toBe(2);
  const { messages } = await person.client.conversation.messages.query({ conversationId });
  expect(messages.map(({ text }) => text)).toEqual(['#say First.', 'First.', '#say Second.', 'Second.']);
});
