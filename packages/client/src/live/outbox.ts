import type { MessageView, PageContext } from '@aura/contract';
import { type AuraError, isTransient, toAuraError } from '../aura-error.ts';
import { newClientId } from '../client-id.ts';

/** A message that was sent and has not shown up in the conversation yet. */
export interface PendingMessage {
  clientId: string;
  text: string;
  status: 'sending' | 'failed';
  /** Why it failed; `retry` sends it again, without the risk of sending it twice. */
  error?: AuraError;
}

interface Item extends PendingMessage {
  context: PageContext | undefined;
  /** Messages up to here were there before it was sent, so none of them is it. */
  afterSeq: number;
  /** Known once the server has answered. */
  messageId?: string;
}

export interface Outbox {
  /** Starts sending; answers the clientId. */
  add: (text: string, options: { context: PageContext | undefined; afterSeq: number }) => string;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  clear: () => void;
  /** True when the server has every message that was sent. */
  isDelivered: () => boolean;
  /** Those that `messages` do not hold yet. Forgets the ones that have arrived. */
  pending: (messages: readonly MessageView[]) => PendingMessage[];
}

type Send = (message: {
  text: string;
  context?: PageContext;
  clientId: string;
}) => Promise<{ messageId: string }>;

/** Messages on their way. `onChange` is called whenever `pending` may answer something else. */
export function createOutbox({ send, onChange }: { send: Send; onChange: () => void }): Outbox {
  let items: Item[] = [];

  const update = (clientId: string, change: (item: Item) => Item | null) => {
    items = items.flatMap((item) => (item.clientId === clientId ? (change(item) ?? []) : item));
    onChange();
  };
  const transmit = async ({ clientId, text, context }: Item): Promise<void> => {
    try {
      const { messageId } = await send({ clientId, text, ...(context === undefined ? {} : { context }) });
      update(clientId, (item) => ({ ...item, messageId }));
    } catch (err) {
      update(clientId, (item) => ({ ...item, status: 'failed', error: toAuraError(err) }));
    }
  };
  return {
    add(text, { context, afterSeq }) {
      const item: Item = { clientId: newClientId(), text, status: 'sending', context, afterSeq };
      items = [...items, item];
      onChange();
      void transmit(item);
      return item.clientId;
    },
    retry(clientId) {
      update(clientId, (item) => {
        if (item.status !== 'failed') return item;
        const { error: _, ...rest } = item;
        const again: Item = { ...rest, status: 'sending' };
        void transmit(again);
        return again;
      });
    },
    discard: (clientId) => update(clientId, () => null),
    clear() {
      items = [];
    },
    isDelivered: () => items.every(({ messageId }) => messageId !== undefined),
    pending(messages) {
      items = items.filter(({ messageId }) => !messages.some(({ id }) => id === messageId));
      return withoutArrived(items, messages);
    },
  };
}

/**
 * The event of a message often outruns the answer to the call that sent it, and carries no clientId. Until the
 * answer names the id, a new message with the same text is taken for the one on its way, so that it does not show
 * twice for a moment.
 */
function withoutArrived(items: readonly Item[], messages: readonly MessageView[]): PendingMessage[] {
  const taken = new Set<string>();
  const isArrived = (item: Item) => {
    const isRefused = item.error !== undefined && !isTransient(item.error.code);
    if (item.messageId !== undefined || isRefused) return false;
    const arrival = messages.findLast(
      ({ id, role, text, seq }) =>
        role === 'user' && seq > item.afterSeq && text === item.text.trim() && !taken.has(id),
    );
    if (arrival !== undefined) taken.add(arrival.id);
    return arrival !== undefined;
  };
  return items
    .filter((item) => !isArrived(item))
    .map(({ clientId, text, status, error }) => ({
      clientId,
      text,
      status,
      ...(error === undefined ? {} : { error }),
    }));
}
