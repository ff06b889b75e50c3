import {
  archiveRoomInputSchema,
  attachmentRefSchema,
  attachmentUrlOutputSchema,
  banInputSchema,
  createRoomInputSchema,
  editRoomMessageInputSchema,
  findPeopleInputSchema,
  findPeopleOutputSchema,
  inviteInputSchema,
  inviteOutputSchema,
  listBansInputSchema,
  listBansOutputSchema,
  listPinsOutputSchema,
  listRoomMessagesInputSchema,
  listRoomMessagesOutputSchema,
  listRoomsInputSchema,
  listRoomsOutputSchema,
  markReadInputSchema,
  markReadOutputSchema,
  muteInputSchema,
  pinInputSchema,
  postMessageInputSchema,
  postMessageOutputSchema,
  reactionInputSchema,
  removeMemberInputSchema,
  roomEphemeralInputSchema,
  roomEventsInputSchema,
  roomInboxInputSchema,
  roomMemberViewSchema,
  roomMessageRefSchema,
  roomMessageViewSchema,
  roomRefSchema,
  type RoomState,
  roomViewSchema,
  searchRoomsInputSchema,
  searchRoomsOutputSchema,
  setMemberRoleInputSchema,
  setTypingInputSchema,
  type ThreadState,
  unbanInputSchema,
  updateRoomInputSchema,
} from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { addReaction } from './add-reaction.ts';
import { archiveRoom } from './archive-room.ts';
import { attachmentUrl } from './attachment-url.ts';
import { ban } from './ban.ts';
import { createRoom } from './create-room.ts';
import { deleteMessage } from './delete-message.ts';
import { editRoomMessage } from './edit-room-message.ts';
import { findPeople } from './find-people.ts';
import { getRoom } from './get-room.ts';
import { getThread } from './get-thread.ts';
import { invite } from './invite.ts';
import { joinRoom } from './join-room.ts';
import { leaveRoom } from './leave-room.ts';
import { listBans } from './list-bans.ts';
import { listPins } from './list-pins.ts';
import { listRoomMessages } from './list-room-messages.ts';
import { listRooms } from './list-rooms.ts';
import { markRead } from './mark-read.ts';
import { mute } from './mute.ts';
import { numberedRoomRouter } from './numbered-room-router.ts';
import { pinMessage } from './pin-message.ts';
import { postMessage } from './post-message.ts';
import { removeMember } from './remove-member.ts';
import { removeReaction } from './remove-reaction.ts';
import { roomEphemeral } from './room-ephemeral.ts';
import { roomEvents } from './room-events.ts';
import { roomInbox } from './room-inbox.ts';
import { searchMessages } from './search-messages.ts';
import { setMemberRole } from './set-member-role.ts';
import { setTyping } from './set-typing.ts';
import { unban } from './unban.ts';
import { updateRoom } from './update-room.ts';

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
  updateRoom: memberProcedure
    .input(updateRoomInputSchema)
    .output(roomViewSchema)
    .mutation(async ({ ctx, input }) => await updateRoom(ctx, input)),
  archiveRoom: memberProcedure
    .input(archiveRoomInputSchema)
    .output(roomViewSchema)
    .mutation(async ({ ctx, input }) => await archiveRoom(ctx, input)),
  joinRoom: memberProcedure
    .input(roomRefSchema)
    .output(roomViewSchema)
    .mutation(async ({ ctx, input }) => await joinRoom(ctx, input)),
  leaveRoom: userProcedure
    .input(roomRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await leaveRoom(ctx, input)),
  invite: memberProcedure
    .input(inviteInputSchema)
    .output(inviteOutputSchema)
    .mutation(async ({ ctx, input }) => await invite(ctx, input)),
  removeMember: memberProcedure
    .input(removeMemberInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await removeMember(ctx, input)),
  setMemberRole: memberProcedure
    .input(setMemberRoleInputSchema)
    .output(roomMemberViewSchema)
    .mutation(async ({ ctx, input }) => await setMemberRole(ctx, input)),
  mute: memberProcedure
    .input(muteInputSchema)
    .output(roomMemberViewSchema)
    .mutation(async ({ ctx, input }) => await mute(ctx, input)),
  ban: memberProcedure
    .input(banInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await ban(ctx, input)),
  unban: memberProcedure
    .input(unbanInputSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await unban(ctx, input)),
  bans: memberProcedure
    .input(listBansInputSchema)
    .output(listBansOutputSchema)
    .query(async ({ ctx, input }) => await listBans(ctx, input)),
  findPeople: memberProcedure
    .input(findPeopleInputSchema)
    .output(findPeopleOutputSchema)
    .query(async ({ ctx, input }) => await findPeople(ctx, input)),
  postMessage: memberProcedure
    .input(postMessageInputSchema)
    .output(postMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await postMessage(ctx, input)),
  messages: userProcedure
    .input(listRoomMessagesInputSchema)
    .output(listRoomMessagesOutputSchema)
    .query(async ({ ctx, input }) => await listRoomMessages(ctx, input)),
  getThread: userProcedure
    .input(roomMessageRefSchema)
    .query(
      async ({ ctx, input }): Promise<{ state: ThreadState; cursor: string }> => await getThread(ctx, input),
    ),
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
    .meta({
      rest: { method: 'GET', path: '/rooms/{roomId}/stream', summary: 'Everything that happens in a room' },
    })
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
  byNumber: numberedRoomRouter,
});
