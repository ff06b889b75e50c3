import {
  attachmentRefSchema,
  attachmentUrlOutputSchema,
  createRoomInputSchema,
  editRoomMessageInputSchema,
  listPinsOutputSchema,
  listRoomMessagesInputSchema,
  listRoomMessagesOutputSchema,
  listRoomsInputSchema,
  listRoomsOutputSchema,
  pinInputSchema,
  postMessageInputSchema,
  postMessageOutputSchema,
  reactionInputSchema,
  roomEventsInputSchema,
  roomMessageRefSchema,
  roomMessageViewSchema,
  roomRefSchema,
  type RoomState,
  roomViewSchema,
  searchRoomsInputSchema,
  searchRoomsOutputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { addReaction } from './add-reaction.ts';
import { attachmentUrl } from './attachment-url.ts';
import { createRoom } from './create-room.ts';
import { deleteMessage } from './delete-message.ts';
import { editRoomMessage } from './edit-room-message.ts';
import { getRoom } from './get-room.ts';
import { listPins } from './list-pins.ts';
import { listRoomMessages } from './list-room-messages.ts';
import { listRooms } from './list-rooms.ts';
import { pinMessage } from './pin-message.ts';
import { postMessage } from './post-message.ts';
import { removeReaction } from './remove-reaction.ts';
import { roomEvents } from './room-events.ts';
import { searchMessages } from './search-messages.ts';

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
  attachmentUrl: userProcedure
    .input(attachmentRefSchema)
    .output(attachmentUrlOutputSchema)
    .query(async ({ ctx, input }) => await attachmentUrl(ctx, input)),
  editMessage: memberProcedure
    .input(editRoomMessageInputSchema)
    .output(roomMessageViewSchema)
    .mutation(async ({ ctx, input }) => await editRoomMessage(ctx, input)),
  deleteMessage: memberProcedure
    .input(roomMessageRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await deleteMessage(ctx, input)),
  addReaction: memberProcedure
    .input(reactionInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await addReaction(ctx, input)),
  removeReaction: memberProcedure
    .input(reactionInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await removeReaction(ctx, input)),
  pin: memberProcedure
    .input(pinInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await pinMessage(ctx, input)),
  pins: userProcedure
    .input(roomRefSchema)
    .output(listPinsOutputSchema)
    .query(async ({ ctx, input }) => await listPins(ctx, input)),
  search: userProcedure
    .input(searchRoomsInputSchema)
    .output(searchRoomsOutputSchema)
    .query(async ({ ctx, input }) => await searchMessages(ctx, input)),
  events: userProcedure
    .input(roomEventsInputSchema)
    .subscription(({ ctx, input, signal }) => roomEvents(ctx, input, signalOf(signal))),
});
