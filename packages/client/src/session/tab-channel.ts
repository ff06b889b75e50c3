import { z } from 'zod';

export type SignOutReason = 'revoked' | 'expired';

/** Tells the other tabs to look at the storage again. Tokens never travel on it. */
export interface TabChannel {
  announce(reason?: SignOutReason): void;
  close(): void;
}

const newsSchema = z.object({
  type: z.literal('session'),
  reason: z.enum(['revoked', 'expired']).optional(),
});

/** `onNews` is called when another tab has announced. Without BroadcastChannel, or with a null name, nobody hears. */
export function createTabChannel(
  name: string | null,
  onNews: (reason: SignOutReason | undefined) => void,
): TabChannel {
  if (name === null || typeof BroadcastChannel === 'undefined') {
    return { announce: () => undefined, close: () => undefined };
  }
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', ({ data }) => {
    const news = newsSchema.safeParse(data);
    if (news.success) onNews(news.data.reason);
  });
  // In Node an open channel would keep the process from ending.
  if ('unref' in channel && typeof channel.unref === 'function') channel.unref();
  let isClosed = false;
  return {
    announce(reason) {
      if (isClosed) return;
      channel.postMessage({ type: 'session', ...(reason === undefined ? {} : { reason }) });
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
}
