import type { LiveRoom } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageRow } from './message-rows.ts';

interface JumpOptions extends Pick<LiveRoom, 'loadUntil'> {
  /** The message at this place in the log is to be shown. */
  seq: number | null;
  /** The jump is over. */
  arrive: () => void;
  rows: readonly MessageRow[];
  toIndex: (index: number) => void;
}

/** How long the message that was jumped to stands out. */
const HIGHLIGHT_MS = 2_400;

/** Goes to the message that the address names, loading what lies between; answers the key of its row for a while. */
export function useJump({ seq, arrive, rows, loadUntil, toIndex }: JumpOptions): string | null {
  const { t } = useTranslation();
  const [wantedSeq, setWantedSeq] = useState<number | null>(null);
  const index = rows.findIndex((row) => seqOf(row) === wantedSeq);
  const key = rows[index]?.key ?? null;
  const latest = useRef({ toIndex });
  useEffect(() => {
    latest.current = { toIndex };
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

  // Again when rows came above it, which moves its index.
  useEffect(() => {
    if (key !== null) latest.current.toIndex(index);
  }, [key, index]);

  // From when it is there.
  useEffect(() => {
    if (wantedSeq === null) return;
    const timer = setTimeout(() => {
      if (key === null) notifications.show({ message: t('rooms.list.notFound') });
      setWantedSeq(null);
    }, HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [wantedSeq, key, t]);
  return key;
}

/** Where in the log the message stands that a row shows. */
function seqOf(row: MessageRow): number | undefined {
  switch (row.kind) {
    case 'message':
      return row.message.seq;
    case 'run':
      return row.answer?.seq;
    case 'beginning':
    case 'day':
    case 'new':
    case 'pending':
      return undefined;
  }
}
