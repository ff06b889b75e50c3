import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, composer, runs, runWith, signIn, untilSaid } from './app-page.ts';
import { createWorld, type Person, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

const top = (scroller: Locator) => scroller.evaluate((element) => element.scrollTop);
const toEnd = (scroller: Locator) =>
  scroller.evaluate(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop);

test('the page follows an answer until the reader scrolls up, and again when they ask for it', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser({ viewport: { width: 900, height: 500 } }));
  await signIn(page, person);
  await ask(page, `#delay 4\n#repeat 2500 token`);
  const scroller = page.getByRole('region', { name: 'Messages' });
  await untilSaid(page, 'token 400 ');
  await expect.poll(() => toEnd(scroller)).toBeLessThan(40);

  await scroller.hover();
  await page.mouse.wheel(0, -200);
  const jump = page.getByRole('button', { name: 'Jump to latest' });
  await jump.waitFor();
  const place = await top(scroller);
  const said = await runs(page).last().textContent();
  await expect
    .poll(async () => (await runs(page).last().textContent())?.length)
    .toBeGreaterThan((said?.length ?? 0) + 500);
  expect(await top(scroller)).toBe(place);

  await jump.click();
  await expect.poll(() => toEnd(scroller)).toBeLessThan(40);
  await jump.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await runWith(page, 'cancelled');
});

test('older messages load above without moving what is being read', async () => {
  const person = await world.addPerson();
  const conversationId = await talk(person, 40);
  const page = await world.openTab(
    await world.openBrowser({ viewport: { width: 900, height: 500 } }),
    `c/${conversationId}`,
  );
  await signIn(page, person);
  await page.getByText('Line 40.', { exact: true }).waitFor();
  const scroller = page.getByRole('region', { name: 'Messages' });
  const oldest = await page.locator('article').first().elementHandle();
  if (oldest === null) throw new Error('no message');
  const before = await page.locator('article').count();
  // Near the top, where loading begins by itself.
  await scroller.evaluate((element) => (element.scrollTop = 150));
  const height = (await oldest.boundingBox())?.y;
  await expect.poll(() => page.locator('article').count()).toBeGreaterThan(before);
  expect(Math.abs(((await oldest.boundingBox())?.y ?? 0) - (height ?? 0))).toBeLessThan(3);

  await scroller.evaluate((element) => (element.scrollTop = 0));
  await scroller.getByText('Line 1.', { exact: true }).waitFor();
});

test('a failed answer says why and can be asked for again', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, '#fail 400\n#say Better now.');
  await runWith(page, 'failed');
  await page.getByText('The model rejected the request.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => runs(page).count()).toBe(2);
});

test('what a model writes is text: no HTML, no images fetched, links that cannot reach back', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const requested: string[] = [];
  browser.on('request', (request) => requested.push(request.url()));
  const page = await world.openTab(browser);
  await signIn(page, person);
  const text = [
    '<img src=x onerror="window.broken=1"> ![spy](http://127.0.0.1:9/spy.png)',
    '[bad](javascript:alert(1)) [good](https://example.com)',
  ].join(' ');
  await ask(page, `#say ${text}`);
  const run = await runWith(page, 'completed');
  expect(await run.locator('img, script, iframe').count()).toBe(0);
  expect(await run.getByRole('link', { name: 'Image: spy' }).count()).toBe(1);
  expect(await run.getByText('bad').getAttribute('href')).toBe('');
  const good = run.getByRole('link', { name: 'good' });
  expect(await good.getAttribute('rel')).toContain('noopener');
  expect(await good.getAttribute('target')).toBe('_blank');
  expect(requested.filter((url) => url.includes('spy'))).toEqual([]);
  expect(await page.evaluate('window.broken')).toBeUndefined();
});

test('what is typed survives a reload and a look at another conversation', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, '#say Here.');
  await runWith(page, 'completed');
  await composer(page).fill('half a thought');
  await page.reload();
  await expect.poll(() => composer(page).inputValue()).toBe('half a thought');
  await page.getByRole('link', { name: 'New conversation' }).click();
  await expect.poll(() => composer(page).inputValue()).toBe('');
  await page.goBack();
  await expect.poll(() => composer(page).inputValue()).toBe('half a thought');
});

/** A conversation of `turns` questions with an answer each, "Line 1." to "Line N.". */
async function talk({ client }: Person, turns: number): Promise<string> {
  const { conversation } = await client.conversation.create.mutate({ clientId: 'a-long-conversation' });
  const conversationId = conversation.id;
  for (let turn = 1; turn <= turns; turn++) {
    const clientId = `a-long-conversation-${turn}`;
    const { runId } = await client.conversation.send.mutate({
      conversationId,
      clientId,
      text: `#say Line ${turn}.`,
    });
    await client.followRun(runId, { onState: () => undefined, signal: AbortSignal.timeout(10_000) });
  }
  return conversationId;
}
