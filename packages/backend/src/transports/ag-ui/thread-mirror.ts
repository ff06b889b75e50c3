import { type Event, EventType, type Message } from '@ag-ui/core';

/** The thread's messages as the client has them: what it sent, and what it was told since. */
export interface ThreadMirror {
  put(message: Message): void;
  /** Makes the client forget what it has under an id, from an attempt that was lost or a connection before this one. */
  vacate(id: string): Event[];
  snapshot(): Event;
}

export function createThreadMirror(first: readonly Message[]): ThreadMirror {
  const messages = new Map(first.map((message) => [message.id, message]));
  const snapshot = (): Event => ({ type: EventType.MESSAGES_SNAPSHOT, messages: [...messages.values()] });
  return {
    put: (message) => void messages.set(message.id, message),
    vacate(id) {
      const message = messages.get(id);
      if (message === undefined) return [];
      // Clients keep reasoning that a snapshot leaves out.
      if (message.role === 'reasoning') messages.set(id, { ...message, content: '' });
      else messages.delete(id);
      return [snapshot()];
    },
    snapshot,
  };
}
