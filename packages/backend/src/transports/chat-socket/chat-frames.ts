import { clientIdSchema, type ErrorCode, LIMITS, type NumberedMessage } from '@aura/contract';
import { z } from 'zod';
import { messageWire } from '../../features/chat/numbered-room-wire.ts';

const messageFrameSchema = z.object({
  type: z.literal('chat.message'),
  message: z.string(),
  client_id: clientIdSchema.nullish(),
});

/** What a client says, or what is wrong with it. */
export type HeardFrame =
  | { kind: 'message'; text: string; clientId: string | null }
  | { kind: 'bad'; code: ErrorCode; message: string };

export function parseChatFrame(text: string): HeardFrame {
  const frame = messageFrameSchema.safeParse(jsonOrNull(text));
  if (!frame.success) {
    const [field] = frame.error.issues[0]?.path ?? [];
    return bad(
      field === 'client_id'
        ? 'A client_id has 8 to 64 letters, digits or any of _ . : -'
        : 'Send {"type":"chat.message","message":"…"}.',
    );
  }
  const { message, client_id: clientId = null } = frame.data;
  if (message.length > LIMITS.messageChars) {
    return bad(`A message has ${LIMITS.messageChars} characters at most.`);
  }
  if (message.trim() === '') return bad('Write something.');
  return { kind: 'message', text: message, clientId };
}

export function messageFrame(message: NumberedMessage): string {
  const { room: _, ...said } = messageWire(message);
  return JSON.stringify({ type: 'chat.message', ...said });
}

export function presenceFrame(type: 'chat.user.join' | 'chat.user.leave', username: string): string {
  return JSON.stringify({ type, username });
}

export function errorFrame(code: ErrorCode, message: string): string {
  return JSON.stringify({ type: 'error', code, message });
}

function bad(message: string): HeardFrame {
  return { kind: 'bad', code: 'BAD_INPUT', message };
}

function jsonOrNull(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
