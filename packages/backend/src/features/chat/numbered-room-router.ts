import {
  createNumberedRoomInputSchema,
  findNumberedRoomOutputSchema,
  getNumberedRoomOutputSchema,
  listNumberedRoomsInputSchema,
  listNumberedRoomsOutputSchema,
  numberedMessageSchema,
  numberedRoomRefSchema,
  numberedRoomSchema,
  postByNumberInputSchema,
} from '@aura/contract';
import { memberProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { createNumberedRoom } from './create-numbered-room.ts';
import { findNumberedRoom } from './find-numbered-room.ts';
import { getNumberedRoom } from './get-numbered-room.ts';
import { listNumberedRooms } from './list-numbered-rooms.ts';
import { messageAnswer, roomAnswer, roomsAnswer, roomWithMessagesAnswer } from './numbered-room-wire.ts';
import { postByNumber } from './post-by-number.ts';

/** Rooms by their number, as older clients know them; `docs/rooms.md` tells what differs. */
export const numberedRoomRouter = router({
  list: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/chat/v1/rooms',
        summary: 'The rooms one is in or may join, the one written in last first',
        answer: roomsAnswer,
      },
    })
    .input(listNumberedRoomsInputSchema)
    .output(listNumberedRoomsOutputSchema)
    .query(async ({ ctx, input }) => await listNumberedRooms(ctx, input)),
  create: memberProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/chat/v1/create-room',
        summary: 'Makes a room that everybody in the tenant may join',
        status: 201,
        names: { post_id: 'postId' },
        answer: roomAnswer,
      },
    })
    .input(createNumberedRoomInputSchema)
    .output(numberedRoomSchema)
    .mutation(async ({ ctx, input }) => await createNumberedRoom(ctx, input)),
  get: userProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/chat/v1/room/{number}',
        summary: 'A room with its newest messages',
        answer: roomWithMessagesAnswer,
      },
    })
    .input(numberedRoomRefSchema)
    .output(getNumberedRoomOutputSchema)
    .query(async ({ ctx, input }) => await getNumberedRoom(ctx, input)),
  find: userProcedure
    .input(numberedRoomRefSchema)
    .output(findNumberedRoomOutputSchema)
    .query(async ({ ctx, input }) => await findNumberedRoom(ctx, input)),
  post: memberProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/chat/v1/message',
        summary: 'Says something in a room, which is joined first when it is public',
        status: 201,
        names: { message: 'text', room: 'number' },
        answer: messageAnswer,
      },
    })
    .input(postByNumberInputSchema)
    .output(numberedMessageSchema)
    .mutation(async ({ ctx, input }) => await postByNumber(ctx, input)),
});
