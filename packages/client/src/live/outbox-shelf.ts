import { errorCodeSchema } from '@aura/contract';
import { z } from 'zod';
import { AuraError } from '../aura-error.ts';
import { parseJson } from '../parse-json.ts';

export interface KeptMessage<B> {
  clientId: string;
  body: B;
  status: 'sending' | 'failed';
  error?: AuraError;
}

/** Where unsent messages outlive a reload. */
export interface OutboxShelf<B> {
  read: () => KeptMessage<B>[];
  write: (messages: readonly KeptMessage<B>[]) => void;
}

const codeSchema = z.union([errorCodeSchema, z.enum(['NETWORK', 'UNKNOWN_OUTCOME'])]);

/**
 * A shelf in the tab's own storage, so that no other tab sends the same. `key` names it now: it may change with the
 * identity. What cannot be read is as good as nothing.
 */
export function createOutboxShelf<B>(
  key: () => string,
  { body, storage = tabStorage() }: { body: z.ZodType<B>; storage?: Pick<Storage, StorageMethods> | null },
): OutboxShelf<B> {
  const messagesSchema = z.array(
    z.object({
      clientId: z.string(),
      body,
      status: z.enum(['sending', 'failed']),
      code: codeSchema.optional(),
    }),
  );
  return {
    read() {
      const text = storage?.getItem(key()) ?? '[]';
      const parsed = messagesSchema.safeParse(parseJson(text));
      if (!parsed.success) return [];
      return parsed.data.map(({ code, ...message }) => ({
        ...message,
        ...(code === undefined
          ? {}
          : { error: new AuraError(code, { message: 'it failed before a reload' }) }),
      }));
    },
    write(messages) {
      try {
        if (messages.length === 0) storage?.removeItem(key());
        else storage?.setItem(key(), JSON.stringify(messages.map(toKept)));
      } catch {
        // Full or blocked: the messages last as long as the page.
      }
    },
  };
}

type StorageMethods = 'getItem' | 'setItem' | 'removeItem';

function toKept<B>({ error, ...message }: KeptMessage<B>): object {
  return error === undefined ? message : { ...message, code: error.code };
}

/** Null outside browsers and where site data is blocked. */
function tabStorage(): Storage | null {
  if (typeof window === 'undefined') return null;
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
