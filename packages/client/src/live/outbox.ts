import { type AuraError, isTransient, toAuraError } from '../aura-error.ts';
import { newClientId } from '../client-id.ts';
import type { KeptMessage, OutboxShelf } from './outbox-shelf.ts';

/** A message that was sent and has not shown up yet: what is to be said, and how far it got. */
export type Pending<B> = B & {
  clientId: string;
  status: 'sending' | 'failed';
  /** Why it failed; `retry` sends it again, without the risk of sending it twice. */
  error?: AuraError;
};

interface Item<B> {
  clientId: string;
  body: B;
  status: 'sending' | 'failed';
  error?: AuraError;
  /** The server has it: the call was answered, though its event may still be on the way. */
  isDelivered: boolean;
  /** Its place in the log, where the answer told it. */
  seq: number | null;
}

export interface Outbox<B> {
  /** Starts sending; answers the clientId. */
  add: (body: B) => string;
  retry: (clientId: string) => void;
  /** Sends again, in their order, what failed for want of a connection. */
  retryUnsent: () => void;
  discard: (clientId: string) => void;
  /** Forgets all of them, here; what is kept for after a reload stays with its owner. */
  clear: () => void;
  /** Takes up what was left from before a reload. */
  restore: () => void;
  /** True when the server has every message that was sent. */
  isDelivered: () => boolean;
  /** Those that have not shown up: neither in `messages`, nor in the log up to `seq`. Forgets the ones that have. */
  pending: (messages: readonly { clientId: string | null }[], seq?: number) => Pending<B>[];
}

interface OutboxOptions<B> {
  /** May answer the message's place in the log, which tells when it has arrived wherever it shows. */
  send: (message: B & { clientId: string }) => Promise<{ seq?: number }>;
  /** Called whenever `pending` may answer something else. */
  onChange: () => void;
  /** Where messages lie until they have arrived; without one they last as long as the page. */
  shelf?: OutboxShelf<B>;
}

/** Messages on their way. */
export function createOutbox<B extends object>({ send, onChange, shelf }: OutboxOptions<B>): Outbox<B> {
  let items: Item<B>[] = [];

  const put = (next: Item<B>[]) => {
    items = next;
    shelf?.write(items.map(kept));
  };
  const update = (clientId: string, change: (item: Item<B>) => Item<B> | null) => {
    put(items.flatMap((item) => (item.clientId === clientId ? (change(item) ?? []) : item)));
    onChange();
  };
  const transmit = async ({ clientId, body }: Item<B>): Promise<void> => {
    try {
      const { seq = null } = await send({ ...body, clientId });
      update(clientId, (item) => ({ ...item, isDelivered: true, seq }));
    } catch (err) {
      update(clientId, (item) => ({ ...item, status: 'failed', error: toAuraError(err) }));
    }
  };
  const retry = (clientId: string) =>
    update(clientId, (item) => {
      if (item.status !== 'failed') return item;
      const { error: _, ...rest } = item;
      const again: Item<B> = { ...rest, status: 'sending' };
      void transmit(again);
      return again;
    });
  return {
    add(body) {
      const clientId = newClientId();
      const item: Item<B> = { clientId, body, status: 'sending', isDelivered: false, seq: null };
      put([...items, item]);
      onChange();
      void transmit(item);
      return clientId;
    },
    retry,
    retryUnsent() {
      for (const { clientId, error } of items) {
        if (error !== undefined && isTransient(error.code)) retry(clientId);
      }
    },
    discard: (clientId) => update(clientId, () => null),
    clear() {
      items = [];
    },
    restore() {
      const known = new Set(items.map(({ clientId }) => clientId));
      const left = (shelf?.read() ?? []).filter(({ clientId }) => !known.has(clientId));
      if (left.length === 0) return;
      const restored = left.map((item): Item<B> => ({ ...item, isDelivered: false, seq: null }));
      put([...restored, ...items]);
      onChange();
      for (const item of restored) if (item.status === 'sending') void transmit(item);
    },
    isDelivered: () => items.every((item) => item.isDelivered),
    pending(messages, reachedSeq = 0) {
      const arrived = new Set(messages.map((message) => message.clientId));
      const left = items.filter(
        ({ clientId, seq }) => !arrived.has(clientId) && (seq === null || seq > reachedSeq),
      );
      if (left.length < items.length) put(left);
      return items.map(({ clientId, body, status, error }) => ({
        ...body,
        clientId,
        status,
        ...(error === undefined ? {} : { error }),
      }));
    },
  };
}

function kept<B>({ clientId, body, status, error }: Item<B>): KeptMessage<B> {
  return { clientId, body, status, ...(error === undefined ? {} : { error }) };
}
