import {
  createRoomInputSchema,
  listRoomMessagesInputSchema,
  listRoomMessagesOutputSchema,
  listRoomsInputSchema,
  listRoomsOutputSchema,
  markReadInputSchema,
  markReadOutputSchema,
  postMessageInputSchema,
  postMessageOutputSchema,
  roomEphemeralInputSchema,
  roomEventsInputSchema,
  roomInboxInputSchema,
  roomRefSchema,
  type RoomState,
  roomViewSchema,
  setTypingInputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { createRoom } from './create-room.ts';
import { getRoom } from './get-room.ts';
import { listRoomMessages } from './list-room-messages.ts';
import { listRooms } from './list-rooms.ts';
import { markRead } from './mark-read.ts';
import { postMessage } from './post-message.ts';
import { roomEphemeral } from './room-ephemeral.ts';
import { roomEvents } from './room-events.ts';
import { roomInbox } from './room-inbox.ts';
import { setTyping } from './set-typing.ts';

export const chatRouter = router({
  createRoom: memberProcedure
    .input(createRoomInputSchema)
    .output(roomViewSchema)
    .mutation(async ({ ctx, input }) => await createRoom(ctx, input)),
  listRooms: userProcedure
    .input(listRoomsInputSchema)
    .output(listRoomsOutputSchema)
    .query(async ({ ctx, input }) => await listRooms(ctx, input)),
  getRoom: userProcedure
    .input(roomRefSchema)
    .query(
      async ({ ctx, input }): Promise<{ state: RoomState; cursor: string; readSeq: number }> =>
        await getRoom(ctx, input),
    ),
  postMessage: memberProcedure
    .input(postMessageInputSchema)
    .output(postMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await postMessage(ctx, input)),
  messages: userProcedure
    .input(listRoomMessagesInputSchema)
    .output(listRoomMessagesOutputSchema)
    .query(async ({ ctx, input }) => await listRoomMessages(ctx, input)),
  events: userProcedure
    .input(roomEventsInputSchema)
    .subscription(({ ctx, input, signal }) => roomEvents(ctx, input, signalOf(signal))),
  ephemeral: userProcedure
    .input(roomEphemeralInputSchema)
    .subscription(({ ctx, input, signal }) => roomEphemeral(ctx, input, signalOf(signal))),
  inbox: userProcedure
    .input(roomInboxInputSchema)
    .subscription(({ ctx, signal }) => roomInbox(ctx, signalOf(signal))),
  markRead: userProcedure
    .input(markReadInputSchema)
    .output(markReadOutputSchema)
    .mutation(async ({ ctx, input }) => await markRead(ctx, input)),
  setTyping: memberProcedure
    .input(setTypingInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await setTyping(ctx, input)),
});
