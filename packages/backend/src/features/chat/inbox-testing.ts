import { applyToRoomList, type RoomInboxEvent, type RoomListItem } from '@aura/contract';
import { isTrackedEnvelope } from '@trpc/server';
import { expect } from 'vitest';
import type { TestCaller } from '../../testing/test-caller.ts';
import { roomInbox } from './room-inbox.ts';

/** A device's list of rooms, kept current by `chat.inbox` alone. */
export interface TestInbox extends AsyncDisposable {
  readonly rooms: RoomListItem[];
  readonly events: RoomInboxEvent[];
  readonly ids: string[];
}

/** Resolves once the list is there. */
export async function openTestInbox({ ctx }: TestCaller): Promise<TestInbox> {
  const stopping = new AbortController();
  const inbox: { rooms: RoomListItem[]; events: RoomInboxEvent[]; ids: string[] } = {
    rooms: [],
    events: [],
    ids: [],
  };
  const reading = (async () => {
    for await (const envelope of roomInbox(ctx, stopping.signal)) {
      if (!isTrackedEnvelope(envelope)) throw new Error('an event came without its id');
      const [id, event] = envelope;
      inbox.ids.push(id);
      inbox.events.push(event);
      inbox.rooms = applyToRoomList(inbox.rooms, event, ctx.caller);
    }
  })();
  const failed: unknown[] = [];
  const ended = reading.catch((err: unknown) => failed.push(err));
  await expect.poll(() => inbox.events.length + failed.length).toBeGreaterThan(0);
  return Object.assign(inbox, {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
      expect(failed).toEqual([]);
    },
  });
}

/**
 * Proves that a list that was loaded before `action`, with what the inbox then tells, is what a fresh reader loads, and
 * that it was another one before.
 */
export async function expectInboxConverges(
  reader: TestCaller,
  inbox: TestInbox,
  action: () => Promise<unknown>,
): Promise<RoomListItem[]> {
  const before = inbox.rooms;
  await action();
  const { rooms: fresh } = await reader.call.chat.listRooms({ limit: 200 });
  expect(fresh).not.toEqual(before);
  await expect.poll(() => inbox.rooms, { timeout: 10_000 }).toEqual(fresh);
  return fresh;
}
