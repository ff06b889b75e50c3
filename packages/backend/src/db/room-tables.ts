import type { RoomDeciders, RoomRole } from '@aura/contract';
import type { Generated } from 'kysely';

/** The tables of rooms; their messages, runs and approvals are in those of conversations. */
export interface RoomTables {
  messageReactions: { tenantId: string; messageId: string; emoji: string; userId: string; seq: number };
  attachments: {
    id: string;
    tenantId: string;
    roomId: string;
    uploadedBy: string;
    /** Null: uploaded, not posted yet. */
    messageId: string | null;
    name: string;
    mediaType: string;
    bytes: number;
    sha256: Uint8Array;
    position: Generated<number>;
    createdAt: Date;
  };
  rooms: {
    id: string;
    tenantId: string;
    number: number;
    name: string;
    topic: Generated<string>;
    isPublic: Generated<boolean>;
    postId: string | null;
    deciders: Generated<RoomDeciders>;
    hidesArgs: Generated<boolean>;
    slowModeSeconds: Generated<number>;
    createdBy: string;
    clientId: string;
    requestHash: string;
    createdAt: Date;
    archivedAt: Date | null;
  };
  roomMembers: {
    tenantId: string;
    roomId: string;
    userId: string;
    role: RoomRole;
    name: string;
    pictureUrl: string | null;
    joinedAt: Date;
    readSeq: Generated<number>;
    mutedUntil: Date | null;
    /** Kept while the room is in slow mode. */
    lastPostedAt: Date | null;
  };
  roomBans: {
    tenantId: string;
    roomId: string;
    userId: string;
    name: string;
    reason: string | null;
    bannedBy: string;
    bannedAt: Date;
  };
  /** What still holds of people who left. */
  roomDepartures: {
    tenantId: string;
    roomId: string;
    userId: string;
    mutedUntil: Date | null;
    lastPostedAt: Date | null;
  };
}
