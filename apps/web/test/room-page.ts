import type { Locator, Page } from 'playwright-core';
import { composer } from './app-page.ts';
import type { Person } from './world.ts';

/** What people do in a room and see there, in English. */
export interface TestRoom {
  roomId: string;
  say: (
    person: Person,
    text: string,
    more?: { threadOf?: string; attachmentIds?: string[] },
  ) => Promise<string>;
}

/** A public room of `owner` with `others` in it. */
export async function createRoom(owner: Person, others: readonly Person[], name: string): Promise<TestRoom> {
  const userIds = others.map(({ userId }) => userId);
  const clientId = `room-${name.replaceAll(/\W/g, '-')}`;
  const { id: roomId } = await owner.client.chat.createRoom.mutate({ clientId, name, userIds });
  let count = 0;
  return {
    roomId,
    async say({ client }, text, more = {}) {
      const said = { roomId, text, clientId: `${clientId}-${++count}`, ...more };
      return (await client.chat.postMessage.mutate(said)).messageId;
    },
  };
}

/** The list of messages; the room is open once it is there. */
export function messageList(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages' });
}

/** Writes into the room's composer and sends. */
export async function write(page: Page, text: string): Promise<void> {
  await composer(page).first().fill(text);
  await composer(page).first().press('Enter');
}

/** Waits until the list shows a message with exactly this text. */
export async function untilShown(page: Page, text: string): Promise<void> {
  await messageList(page).getByText(text, { exact: true }).waitFor();
}

/** The thread that is open beside the list, or over it. */
export function thread(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Thread' });
}

/** Writes into the open thread and sends. */
export async function reply(page: Page, text: string): Promise<void> {
  const field = thread(page).getByRole('textbox');
  await field.fill(text);
  await field.press('Enter');
}

/** What stands in the list, line by line: who said what, what the agent answered, and how what it asked stands. */
export async function screenOf(page: Page): Promise<string[]> {
  return await linesOf(messageList(page));
}

/** The same of a list, or of an open thread with the message it is about. */
export async function linesOf(list: Locator): Promise<string[]> {
  return await list.locator('[data-message]').evaluateAll((messages) =>
    messages.map((message) => {
      const name = message.querySelector('h3')?.textContent ?? '';
      const parts = [...message.querySelectorAll('[data-said], [data-answer]')].map(
        (part) => part.textContent,
      );
      const asked = [...message.querySelectorAll('[data-approval-id]')].map((card) =>
        card.getAttribute('data-status'),
      );
      return [name, ...parts, ...asked].join(' | ');
    }),
  );
}
