import type { RoomMemberView, RoomRole, RoomView } from '@aura/contract';
import { expect, test } from 'vitest';
import { mayDelete, mayInvite, mayTakeBack, outranks, type RoomReader, writeBar } from './room-rights.ts';
import { message, room } from './testing-rooms.ts';

const member = (role: RoomRole, more: Partial<RoomMemberView> = {}): RoomMemberView => ({
  userId: `a ${role}`,
  name: role,
  pictureUrl: null,
  role,
  mutedUntil: null,
  joinedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});
const reader = (role: RoomRole, more: Partial<RoomReader> = {}): RoomReader => ({
  userId: `a ${role}`,
  role: 'user',
  member: member(role),
  ...more,
});
const NOW = Date.parse('2026-01-01T12:00:00.000Z');

test('writing is barred in an archived room, for guests, and until a mute is over', () => {
  const archived: RoomView = { ...room, archivedAt: '2026-01-01T00:00:00.000Z' };
  expect(writeBar(reader('owner'), archived, NOW)).toEqual({ kind: 'archived' });
  expect(writeBar(reader('member', { role: 'guest' }), room, NOW)).toEqual({ kind: 'guest' });
  const until = '2026-01-01T13:00:00.000Z';
  const muted = reader('member', { member: member('member', { mutedUntil: until }) });
  expect(writeBar(muted, room, NOW)).toEqual({ kind: 'muted', until });
  expect(writeBar(muted, room, Date.parse(until))).toBeNull();
  const bars = [writeBar(muted, room, NOW), writeBar(reader('owner'), archived, NOW), null];
  expect(bars.map(mayTakeBack)).toEqual([true, false, true]);
});

test('moderation goes down the ranks only', () => {
  const roles: RoomRole[] = ['owner', 'moderator', 'member'];
  const over = roles.map((role) => roles.filter((other) => outranks(reader(role), member(other))));
  expect(over).toEqual([['moderator', 'member'], ['member'], []]);
});

test('a message is deleted by its author and by those who moderate, once', () => {
  const said = message({ authorId: 'a member' });
  expect(mayDelete(reader('member'), said)).toBe(true);
  expect(mayDelete(reader('member', { userId: 'another' }), said)).toBe(false);
  expect(mayDelete(reader('moderator'), said)).toBe(true);
  expect(mayDelete(reader('member', { role: 'guest' }), said)).toBe(false);
  expect(mayDelete(reader('moderator'), { ...said, deletedAt: said.createdAt })).toBe(false);
});

test('members invite into public rooms, moderators into private ones', () => {
  expect(mayInvite(reader('member'), { ...room, isPublic: true })).toBe(true);
  expect(mayInvite(reader('member'), { ...room, isPublic: false })).toBe(false);
  expect(mayInvite(reader('moderator'), { ...room, isPublic: false })).toBe(true);
});
