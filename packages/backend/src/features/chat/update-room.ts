import type { RoomView, UpdateRoomInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { assertKnownModel } from '../agent/agent-policy.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { announceInRoom } from './announce-in-room.ts';
import { assertModerator, assertOpen, assertOwner } from './chat-policy.ts';
import { enterRoom } from './room-access.ts';
import { type RoomSettings, saveSettings } from './room-settings-store.ts';
import type { RoomRow } from './room-store.ts';
import { roomView } from './room-view.ts';

/** Changes what is given and leaves the rest. Owners may; moderators the topic alone. What changes nothing is no event. */
export async function updateRoom(ctx: CallerContext, input: UpdateRoomInput): Promise<RoomView> {
  const { roomId, topic: _, ...owned } = input;
  if (input.model !== undefined) assertKnownModel(ctx, input.model);
  const place = { tenantId: ctx.caller.tenantId, roomId };
  return await withTransaction(ctx, async (tx) => {
    const { room, me } = await enterRoom(tx.db, ctx.caller, { roomId, hold: 'conversation' });
    if (Object.values(owned).some((value) => value !== undefined)) assertOwner(me);
    else assertModerator(me);
    assertOpen(room);
    const settings = settingsOf(room, input);
    const changed = changesOf(room, settings);
    if (changed.length === 0) return roomView(room);
    const view = roomView(await saveSettings(tx.db, place, settings));
    await writeAudit(tx, ctx, { action: 'chat.room_updated', subject: roomId, data: { changed } });
    await announceInRoom(tx, place, { events: [{ type: 'room_updated', data: { room: view } }] });
    return view;
  });
}

function settingsOf(room: RoomRow, input: UpdateRoomInput): RoomSettings {
  return {
    name: input.name === undefined ? room.name : storableText(input.name),
    topic: input.topic === undefined ? room.topic : storableText(input.topic),
    isPublic: input.isPublic ?? room.isPublic,
    model: input.model ?? room.model,
    deciders: input.deciders ?? room.deciders,
    hidesArgs: input.hidesArgs ?? room.hidesArgs,
    slowModeSeconds: input.slowModeSeconds ?? room.slowModeSeconds,
  };
}

function changesOf(room: RoomRow, settings: RoomSettings): string[] {
  const before: Record<string, unknown> = { ...room };
  return Object.entries(settings).flatMap(([key, value]) => (before[key] === value ? [] : [key]));
}
