import type { Locator, Page } from 'playwright-core';
import type { Person } from './world.ts';

/** What people do in the app and see there, in English. */
export async function signIn(
  page: Page,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: /^(Message|메시지)$/ });
}

/** Sends `text` and waits until its run shows. Answers the conversation's id. */
export async function ask(page: Page, text: string): Promise<string> {
  const before = await runs(page).count();
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await runs(page).nth(before).waitFor();
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

export function runs(page: Page): Locator {
  return page.locator('article[data-run-id]');
}

/** The newest run, once it has the status. */
export async function runWith(
  page: Page,
  status: 'running' | 'waiting' | 'completed' | 'cancelled' | 'failed',
): Promise<Locator> {
  const run = page.locator(`article[data-run-id][data-status=${status}]`).last();
  await run.waitFor();
  return run;
}

export function answer(page: Page): Locator {
  return page.locator('[data-answer]').last();
}

/** Waits until the newest answer says `text`. */
export async function untilSaid(page: Page, text: string): Promise<void> {
  await answer(page).filter({ hasText: text }).waitFor();
}
