import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, composer, runs, runWith, signIn, untilSaid } from './app-page.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('an answer can be given again, in every tab; a message edited and an answer forked lead to a branch', async () => {
  const person = await world.addPerson();
  const browser = await world.openBrowser();
  const page = await world.openTab(browser);
  await signIn(page, person);
  const id = await ask(page, '#say one');
  await untilSaid(page, 'one');
  await ask(page, '#say two');
  await untilSaid(page, 'two');
  const other = await world.openTab(browser, `c/${id}`);
  await untilSaid(other, 'two');
  const before = await runs(other).last().getAttribute('data-run-id');

  await page.bringToFront();
  await page.getByRole('button', { name: 'Answer again' }).click();
  await expect.poll(async () => await runs(other).last().getAttribute('data-run-id')).not.toBe(before);
  await runWith(other, 'completed');
  await untilSaid(other, 'two');
  expect(await runs(other).count()).toBe(2);

  await page.getByText('#say one', { exact: true }).hover();
  await page.getByRole('button', { name: 'Edit and branch' }).first().click();
  const field = page.getByRole('textbox', { name: 'Message, changed' });
  await field.fill('#say another');
  await page.getByRole('button', { name: 'Send in a branch' }).click();
  await untilSaid(page, 'another');
  expect(page.url()).not.toContain(id);
  expect(await runs(page).count()).toBe(1);
  expect(await runs(other).count()).toBe(2);

  await page.goto(`/app/c/${id}`);
  await untilSaid(page, 'two');
  await page.getByRole('button', { name: 'Fork from here' }).first().click();
  await expect.poll(() => page.url()).not.toContain(id);
  await untilSaid(page, 'one');
  expect(await runs(page).count()).toBe(1);
  await composer(page).waitFor();
});

test('Escape leaves a message as it is', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await ask(page, '#say one');
  await runWith(page, 'completed');
  await page.getByText('#say one', { exact: true }).hover();
  await page.getByRole('button', { name: 'Edit and branch' }).click();
  await page.getByRole('textbox', { name: 'Message, changed' }).fill('#say other');
  await page.keyboard.press('Escape');
  await page.getByText('#say one', { exact: true }).waitFor();
  expect(await runs(page).count()).toBe(1);
});
