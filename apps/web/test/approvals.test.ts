import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, ask, composer, runs, runWith, signIn, untilSaid } from './app-page.ts';
import { cards, cardWith, closedAs, sending } from './approval-page.ts';
import { type CountingServer, startCountingServer } from './counting-server.ts';
import { createWorld, type World } from './world.ts';

let service: CountingServer;
let world: World;
beforeAll(async () => {
  service = await startCountingServer();
  world = await createWorld({ config: { toolHttpAllow: [service.host] } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
async function choose(page: Page, question: string, choice: string): Promise<void> {
  await page.getByRole('button', { name: 'Conversation settings' }).click();
  await page.getByRole('radiogroup', { name: question }).getByRole('radio', { name: choice }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('radiogroup').first().waitFor({ state: 'detached' });
}
const sent = (path: string) => service.requests.filter((request) => request.path === path);

test('approving in one tab closes the card in the other, and the answer goes on in both', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const asking = await world.openTab(browser);
  await signIn(asking, person);
  const id = await ask(asking, `${sending(`${service.url}/two`, 'hi')}\n#delay 5\n#repeat 100 token`);
  const other = await world.openTab(browser, `c/${id}`);
  await runWith(asking, 'waiting');
  const card = await cardWith(other, 'pending');
  await card.getByText('Acts outside Aura').waitFor();
  await card.getByText('"text": "hi"').waitFor();
  await asking.getByText('Waiting for you.').waitFor();

  await card.getByRole('button', { name: 'Approve' }).click();
  await cardWith(asking, 'approved');
  await cardWith(other, 'approved');
  await closedAs(asking, 'You approved');
  await untilSaid(asking, 'token 100');
  await untilSaid(other, 'token 100');
  await runWith(asking, 'completed');
  expect(await answer(asking).textContent()).toBe(await answer(other).textContent());
  expect(sent('/two')).toMatchObject([{ method: 'POST', body: 'hi' }]);
});

test('a rejection reaches the model with its reason, and nothing is sent', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/no`, 'hi')}\n#say Then not.`);
  const card = await cardWith(page, 'pending');
  await card.getByRole('button', { name: 'Reject' }).click();
  const reason = card.getByRole('textbox', { name: 'Reason' });
  await expect.poll(() => reason.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.press('Escape');
  expect(await runs(page).last().getAttribute('data-status')).toBe('waiting');
  await card.getByRole('button', { name: 'Reject' }).click();
  await reason.fill('Wrong address.');
  await page.keyboard.press('Control+Enter');

  await cardWith(page, 'rejected');
  await untilSaid(page, 'Then not.');
  await (await closedAs(page, 'You rejected')).click();
  await page.getByText('Wrong address.', { exact: true }).waitFor();
  expect(sent('/no')).toEqual([]);
  const told = JSON.stringify(world.server.node.model.requests.at(-1)?.messages);
  expect(told).toContain('Wrong address.');
});

test('edited arguments are what is executed; mistakes in them are named', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/edited`, 'draft')}\n#say Done.`);
  const card = await cardWith(page, 'pending');
  await card.getByRole('button', { name: 'Edit' }).click();
  const approve = card.getByRole('button', { name: 'Approve with changes' });
  await expect
    .poll(() =>
      card.getByRole('textbox', { name: 'url' }).evaluate((field) => field === document.activeElement),
    )
    .toBe(true);
  await page.keyboard.press('Escape');
  await approve.waitFor({ state: 'detached' });
  await card.getByRole('button', { name: 'Edit' }).click();
  expect(await approve.isDisabled()).toBe(true);
  await card.getByRole('textbox', { name: 'text' }).fill('final');
  await card.getByText('JSON', { exact: true }).click();
  const json = card.getByRole('textbox', { name: 'Arguments as JSON' });
  const good = await json.inputValue();
  expect(JSON.parse(good)).toMatchObject({ text: 'final' });

  await json.fill('{ "url": "a" "b" }');
  await card.getByText('This is not valid JSON: look at line 1, column 14.').waitFor();
  expect(await approve.isDisabled()).toBe(true);
  await json.fill('{ "url": "nowhere" }');
  await approve.click();
  await card.getByText('Your decision was not counted.').waitFor();
  await json.fill(good);
  await approve.click();
  await cardWith(page, 'approved');
  await closedAs(page, 'You approved with changes');
  await runWith(page, 'completed');
  expect(sent('/edited')).toMatchObject([{ body: 'final' }]);
});

test('a question is answered with one of its options, or in own words', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  const question = '#tool ask_user {"question":"Which colour?","options":["blue","green"]}';
  await ask(page, `${question}\n${question}\n#say Painted.`);
  const first = await cardWith(page, 'pending');
  await first.getByRole('heading', { name: 'Which colour?' }).waitFor();
  await first.getByRole('button', { name: 'green' }).click();
  await closedAs(page, 'You answered “green”');
  const second = await cardWith(page, 'pending');
  await second.getByRole('textbox').fill('a warm red');
  await second.getByRole('textbox').press('Enter');
  await closedAs(page, 'You answered “a warm red”');
  await untilSaid(page, 'Painted.');
});

test('what waits is still there after a reload, and the focus stays on the card that was decided', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/later`, 'hi')}\n#say Sent.`);
  await cardWith(page, 'pending');
  await page.reload();
  const card = await cardWith(page, 'pending');
  expect(await page.title()).toMatch(/^\(1\) /);
  await card.getByRole('button', { name: 'Approve' }).focus();
  await page.keyboard.press('Enter');
  await cardWith(page, 'approved');
  expect(
    await cards(page)
      .last()
      .evaluate((element) => element === document.activeElement),
  ).toBe(true);
  await untilSaid(page, 'Sent.');
  await expect.poll(() => page.title()).not.toMatch(/^\(/);
});

test('while a decision is open the composer says what a message does, as the conversation is set', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, `${sending(`${service.url}/superseded`, 'hi')}\n#say Sent.`);
  await cardWith(page, 'pending');
  await page.getByText('Aura waits for a decision above.').waitFor();
  await choose(page, 'When you write while a decision is open', 'Withdraw');
  await page.getByText('Sending withdraws what is asked above').waitFor();
  await composer(page).fill('#say Something else.');
  await composer(page).press('Enter');
  await untilSaid(page, 'Something else.');
  expect(sent('/superseded')).toEqual([]);
  expect(await cards(page).last().getAttribute('data-status')).toMatch(/rejected|cancelled/);
});

test('messages sent meanwhile queue up, and are answered in turn or taken back', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, '#delay 20\n#repeat 3000 token');
  await choose(page, 'When you write while Aura answers', 'Queue');
  for (const text of ['#say Second.', '#say Never.']) {
    await composer(page).fill(text);
    await page.getByText('Sent now, it is answered next.').waitFor();
    await composer(page).press('Enter');
    await expect.poll(() => composer(page).inputValue()).toBe('');
  }
  await expect.poll(() => page.getByText('Queued. It is answered').count()).toBe(2);
  await page.getByRole('button', { name: 'Don’t answer it' }).last().click();
  await expect.poll(() => page.getByText('Queued. It is answered').count()).toBe(1);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await runWith(page, 'completed');
  await untilSaid(page, 'Second.');
  expect(await page.getByText('Never.', { exact: true }).count()).toBe(0);
});

test('a message that steers stands in the run that reads it', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  const release = service.hold('/steered');
  await ask(page, `${sending(`${service.url}/steered`, 'hi')}\n#say Straight on.`);
  await choose(page, 'When you write while Aura answers', 'Steer');
  await (await cardWith(page, 'pending')).getByRole('button', { name: 'Approve' }).click();
  await expect.poll(() => sent('/steered')).toHaveLength(1);
  await composer(page).fill('#say Turned.');
  await page.getByText('Aura reads it before its next step').waitFor();
  await composer(page).press('Enter');
  await runs(page).last().getByText('Read in the middle of the answer').waitFor();
  release();
  await untilSaid(page, 'Turned.');
  await runWith(page, 'completed');
  expect(await runs(page).count()).toBe(1);
  expect(await page.getByText('Straight on.', { exact: true }).count()).toBe(0);
});
