import type { AuraError } from '@aura/client';
import type { RoomView } from '@aura/contract';
import { useJoinRoom, useRoom, useRooms } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Notice } from '../app/notice.tsx';
import { PageHeader } from '../app/page-header.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { LiveRoom } from './live-room.tsx';
import { RoomSkeleton } from './room-skeleton.tsx';
import { useAttempt } from './use-attempt.ts';

export function RoomPage(): ReactElement {
  const { roomId = '' } = useParams();
  // Each room is its own page: no text, place or half-typed thing passes from one to the next.
  return <RoomById key={roomId} id={roomId} />;
}

function RoomById({ id }: { id: string }): ReactElement {
  const live = useRoom(id);
  const code = live.status === 'error' ? live.error?.code : null;
  if (live.status === 'notFound') return <Apart content={<RoomNotFound />} />;
  const isBanned = code === 'BANNED' || (code === 'FORBIDDEN' && live.departure === 'banned');
  if (isBanned) return <Apart content={<Banned />} />;
  if (code === 'FORBIDDEN') return <Apart content={<NotJoined id={id} left={live.state?.room ?? null} />} />;
  if (live.state !== null) return <LiveRoom live={live} state={live.state} />;
  if (live.status === 'error') return <Apart content={<Failed error={live.error} onRetry={live.reload} />} />;
  return <Apart content={<RoomSkeleton />} />;
}

function Apart({ content }: { content: ReactElement }): ReactElement {
  return (
    <>
      <PageHeader />
      {content}
    </>
  );
}

function ToRooms(): ReactElement {
  const { t } = useTranslation();
  return (
    <Button component={Link} to="/rooms" variant="default">
      {t('rooms.page.toRooms')}
    </Button>
  );
}

function RoomNotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice title={t('rooms.page.notFoundTitle')} body={t('rooms.page.notFoundBody')} action={<ToRooms />} />
  );
}

/** `left`: the room, when somebody who was in it is not any more. */
function NotJoined({ id, left }: { id: string; left: RoomView | null }): ReactElement {
  const { t } = useTranslation();
  if (left === null) return <RoomFromOutside id={id} />;
  const title = t('rooms.page.leftTitle', { name: left.name });
  return left.isPublic ? (
    <Notice title={title} body={t('rooms.page.leftBody')} action={<Join id={id} />} />
  ) : (
    <Notice title={title} body={t('rooms.page.leftPrivateBody')} action={<ToRooms />} />
  );
}

/** A public room for somebody who was not in it: what lists tell of it. */
function RoomFromOutside({ id }: { id: string }): ReactElement {
  const { t } = useTranslation();
  const list = useRooms({ scope: 'public', roomId: id });
  const room = list.rooms[0]?.room;
  if (room === undefined && list.status === 'loading') return <RoomSkeleton />;
  if (room === undefined && list.status === 'error') {
    return <Failed error={list.error} onRetry={list.loadMore} />;
  }
  const isArchived = (room?.archivedAt ?? null) !== null;
  return (
    <Notice
      title={room?.name ?? t('rooms.page.joinTitle')}
      lead={room?.topic ?? ''}
      body={t(isArchived ? 'rooms.page.archivedBody' : 'rooms.page.joinBody')}
      action={isArchived ? <ToRooms /> : <Join id={id} />}
    />
  );
}

function Join({ id }: { id: string }): ReactElement {
  const { t } = useTranslation();
  const attempt = useAttempt();
  const join = useJoinRoom();
  return (
    <Button loading={join.isPending} onClick={() => void attempt(() => join.mutateAsync({ roomId: id }))}>
      {t('rooms.page.join')}
    </Button>
  );
}

function Banned(): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice title={t('rooms.page.bannedTitle')} body={t('rooms.page.bannedBody')} action={<ToRooms />} />
  );
}

function Failed({ error, onRetry }: { error: AuraError | null; onRetry: () => void }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <Notice
      title={t('rooms.page.loadFailed')}
      body={errorText(error)}
      action={<Button onClick={onRetry}>{t('app.tryAgain')}</Button>}
    />
  );
}
