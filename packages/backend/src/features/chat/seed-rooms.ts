import { randomUUID } from 'node:crypto';
import type { CreateRoomInput } from '@aura/contract';
import type { CallerContext, Core } from '../../context.ts';
import type { SeededUser } from '../auth/seed-users.ts';
import { createRoom } from './create-room.ts';

const ROOMS: readonly Pick<CreateRoomInput, 'clientId' | 'name' | 'topic' | 'isPublic' | 'deciders'>[] = [
  {
    clientId: 'seed-room-general',
    name: 'General',
    topic: 'For everybody. Ask @agent something, and all will see it at work.',
    isPublic: true,
  },
  {
    clientId: 'seed-room-team',
    name: 'Team',
    topic: 'By invitation. Owners and moderators decide what the agent may do here.',
    deciders: 'moderators',
  },
];

/** Gives the first users of an installation rooms to talk in, made by the first of them; nothing when there are none. */
export async function seedRooms(
  core: Core,
  users: readonly Pick<SeededUser, 'userId' | 'tenantId' | 'role'>[],
): Promise<void> {
  const [owner, ...others] = users;
  if (owner === undefined) return;
  const ctx: CallerContext = {
    ...core,
    caller: {
      ...owner,
      sessionId: owner.userId,
      expiresAt: new Date(core.clock.now().getTime() + 60_000),
      scopes: null,
    },
    request: { id: `seed-${randomUUID()}`, address: null, userAgent: null },
    flow: null,
  };
  const userIds = others.map(({ userId }) => userId);
  for (const room of ROOMS) await createRoom(ctx, { ...room, userIds });
}
