import type { MessageView, PageContext } from '@aura/contract';
import { type AuraError, toAuraError } from '../aura-error.ts';
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
  /** The server has it: the call was answered, though its event may still be on the way. */
  isDelivered: boolean;
}

export interface Outbox {
  /** Starts sending; answers the clientId. */
  add: (text: string, options: { context: PageContext | undefined }) => string;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  clear: () => void;
  /** True when the server has every message that was sent. */
  isDelivered: () => boolean;
  /** Those that `messages` do not hold yet. Forgets the ones that have arrived. */
  pending: (messages: readonly MessageView[]) => PendingMessage[];
}

type Send = (message: { text: string; context?: PageContext; clientId: string }) => Promise<unknown>;

/** Messages on their way. `onChange` is called whenever `pending` may answer something else. */
export function createOutbox({ send, onChange }: { send: Send; onChange: () => void }): Outbox {
  let items: Item[] = [];

  const update = (clientId: string, change: (item: Item) => Item | null) => {
    items = items.flatMap((item) => (item.clientId === clientId ? (change(item) ?? []) : item));
    onChange();
  };
  const transmit = async ({ clientId, text, context }: Item): Promise<void> => {
    try {
      await send({ clientId, text, ...(context === undefined ? {} : { context }) });
      update(clientId, (item) => ({ ...item, isDelivered: true }));
    } catch (err) {
      update(clientId, (item) => ({ ...item, status: 'failed', error: toAuraError(err) }));
    }
  };
  return {
    add(text, { context }) {
      const item: Item = { clientId: newClientId(), text, status: 'sending', context, isDelivered: false };
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
    isDelivered: () => items.every((item) => item.isDelivered),
    pending(messages) {
      const arrived = new Set(messages.map((message) => message.clientId));
      items = items.filter(({ clientId }) => !arrived.has(clientId));
      return items.map(({ clientId, text, status, error }) => ({
        clientId,
        text,
        status,
        ...(error === undefined ? {} : { error }),
      }));
    },
  };
}
