import type { RoomMessageView } from '@aura/contract';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoomScene } from './room-context.ts';

/**
 * Tells a screen reader what others say, one by one, or how much when it comes all at once. What was there when the
 * page opened is not read out; the list itself is not live, because it changes with every scroll.
 */
export function RoomAnnouncer({ messages }: { messages: readonly RoomMessageView[] }): ReactElement {
  const { t } = useTranslation();
  const { reader } = useRoomScene();
  const heardSeq = useRef<number | null>(null);
  const [news, setNews] = useState('');
  useEffect(() => {
    const newest = messages.at(-1)?.seq ?? 0;
    const before = heardSeq.current;
    heardSeq.current = Math.max(before ?? 0, newest);
    if (before === null) return;
    const fresh = messages.filter(({ seq, authorId }) => seq > before && authorId !== reader.userId);
    const [only] = fresh;
    if (only === undefined) return;
    const name = only.authorId === null ? t('rooms.message.agent') : only.authorName;
    setNews(
      fresh.length === 1
        ? t('rooms.message.announce', { name, text: only.text })
        : t('rooms.message.announceMany', { count: fresh.length }),
    );
  }, [messages, reader.userId, t]);
  return (
    <output className="visually-hidden" aria-live="polite">
      {news}
    </output>
  );
}
