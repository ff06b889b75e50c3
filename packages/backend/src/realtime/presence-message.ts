import { z } from 'zod';

const userIdsSchema = z.array(z.string().max(36));

/**
 * What a node says of a tenant. `counter` rises with every message of an epoch, and epochs of a node rise, so that what
 * comes late is known as late.
 */
const presenceMessageSchema = z
  .object({ nodeId: z.string().max(100), epoch: z.int(), counter: z.int().positive() })
  .and(
    z.discriminatedUnion('type', [
      z.object({
        type: z.literal('state'),
        /** Everybody who is online on this node. */
        users: userIdsSchema,
        /** Those among them who have come since this node spoke last; nodes of the release before do not say. */
        arrived: userIdsSchema.default([]),
        /** Others are to state everything as well. */
        asks: z.boolean(),
        /** Nodes that were given up and are heard of all the same: they must begin a new epoch. */
        lost: z.array(z.object({ nodeId: z.string().max(100), epoch: z.int() })),
      }),
      z.object({ type: z.literal('change'), online: userIdsSchema, offline: userIdsSchema }),
      z.object({ type: z.literal('bye') }),
    ]),
  );
export type PresenceMessage = z.infer<typeof presenceMessageSchema>;

export function writePresenceMessage(message: PresenceMessage): string {
  return `${message.nodeId} ${JSON.stringify(message)}`;
}

/** The message in `text`; null when this node said it itself, or when it makes no sense here. */
export function readPresenceMessage(nodeId: string, text: string): PresenceMessage | null {
  if (text.startsWith(`${nodeId} `)) return null;
  try {
    return presenceMessageSchema.parse(JSON.parse(text.slice(text.indexOf(' ') + 1)));
  } catch {
    return null;
  }
}
