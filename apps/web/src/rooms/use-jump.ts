import type { RoomState } from '@aura/contract';
import type { LiveRoom } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageRow } from './message-rows.ts';
import { useRoomPanel } from './use-room-panel.ts';

interface JumpOptions {
  rows: readonly MessageRow[];
  live: LiveRoom;
  state: RoomState;
  toIndex: (index: number) => void;
}

/** How long the message that was jumped to stands out. */
const HIGHLIGHT_MS = 2_400;

/** Goes to the message that the address names, loading what lies between; answers the key of its row for a while. */
export function useJump({ rows, live, state, toIndex }: JumpOptions): string | null {
  const { t } = useTranslation();
  const { seq, arrive } = useRoomPanel();
  const [highlightedKey, setHighlightedKey] = useState<string | null>(null);
  const index = seq === null ? -1 : rows.findIndex((row) => seqsOf(row).includes(seq));
  const oldestSeq = state.messages[0]?.seq ?? 0;
  const isBefore = seq !== null && index === -1 && seq < oldestSeq && state.hasOlderMessages;
  const toIndexRef = useRef(toIndex);
  useEffect(() => {
    toIndexRef.current = toIndex;
  });

  const { loadUntil } = live;
  useEffect(() => {
    if (seq === null || !isBefore) return;
    let isOver = false;
    void loadUntil(seq).then((isThere) => {
      if (!isThere && !isOver) arrive();
    });
    return () => {
      isOver = true;
    };
  }, [seq, isBefore, loadUntil, arrive]);

  const key = rows[index]?.key ?? null;
  useEffect(() => {
    if (seq === null || isBefore) return;
    if (key === null) {
      notifications.show({ message: t('rooms.list.notFound') });
    } else {
      toIndexRef.current(index);
      setHighlightedKey(key);
    }
    arrive();
  }, [seq, isBefore, key, index, arrive, t]);

  useEffect(() => {
    if (highlightedKey === null) return;
    const timer = setTimeout(() => setHighlightedKey(null), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [highlightedKey]);
  return highlightedKey;
}

function seqsOf(row: MessageRow): number[] {
  return row.kind === 'message' ? [row.message.seq] : [];
}
