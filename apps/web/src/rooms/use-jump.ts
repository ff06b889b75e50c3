import type { LiveRoom } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageRow } from './message-rows.ts';
import { useRoomPanel } from './use-room-panel.ts';

interface JumpOptions extends Pick<LiveRoom, 'loadUntil'> {
  rows: readonly MessageRow[];
  toIndex: (index: number) => void;
}

/** How long the message that was jumped to stands out. */
const HIGHLIGHT_MS = 2_400;

/** Goes to the message that the address names, loading what lies between; answers the key of its row for a while. */
export function useJump({ rows, loadUntil, toIndex }: JumpOptions): string | null {
  const { t } = useTranslation();
  const { seq, arrive } = useRoomPanel();
  const [wantedSeq, setWantedSeq] = useState<number | null>(null);
  const index = rows.findIndex((row) => row.kind === 'message' && row.message.seq === wantedSeq);
  const key = rows[index]?.key ?? null;
  const latest = useRef({ index, toIndex, hasArrived: false });
  useEffect(() => {
    latest.current = { index, toIndex, hasArrived: key !== null };
  });

  useEffect(() => {
    if (seq === null) return;
    let isOver = false;
    void loadUntil(seq).then(() => {
      if (isOver) return;
      setWantedSeq(seq);
      arrive();
    });
    return () => {
      isOver = true;
    };
  }, [seq, loadUntil, arrive]);

  useEffect(() => {
    if (key !== null) latest.current.toIndex(latest.current.index);
  }, [key]);

  useEffect(() => {
    if (wantedSeq === null) return;
    const timer = setTimeout(() => {
      if (!latest.current.hasArrived) notifications.show({ message: t('rooms.list.notFound') });
      setWantedSeq(null);
    }, HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [wantedSeq, t]);
  return key;
}
