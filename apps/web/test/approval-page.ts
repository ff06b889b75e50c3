import type { Locator, Page } from 'playwright-core';
import { withSystemTransaction } from '@aura/backend/testing';
import type { World } from './world.ts';

/** The approval cards of a page, open and closed. */
export function cards(page: Page): Locator {
  return page.locator('[data-approval-id]');
}

/** The newest card, once it has the status. */
export async function cardWith(page: Page, status: string): Promise<Locator> {
  const card = page.locator(`[data-approval-id][data-status=${status}]`).last();
  await card.waitFor();
  return card;
}

/** The closed card whose line begins like this: "You approved". */
export async function closedAs(page: Page, outcome: string): Promise<Locator> {
  const line = cards(page).getByRole('button', { name: new RegExp(`^${outcome}`) });
  await line.waitFor();
  return line;
}

/** A message that makes the agent want to send `body` to the path of a service. */
export function sending(url: string, body: string): string {
  return `#tool http_send ${JSON.stringify({ url, method: 'POST', text: body })}`;
}

/** Makes a person an admin of the workspace; they must sign in (again) afterwards. */
export async function makeAdmin({ server }: World, email: string): Promise<void> {
  await withSystemTransaction(server.node.backend, async ({ db }) => {
    const { id } = await db
      .selectFrom('users')
      .select('id')
      .where('email', '=', email)
      .executeTakeFirstOrThrow();
    await db.updateTable('memberships').set({ role: 'admin' }).where('userId', '=', id).execute();
  });
}
