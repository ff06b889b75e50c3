import type { AttachmentView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconFile } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/format.ts';
import classes from './attachments.module.css';

/** What browsers show; the server sends everything else as something to save. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
/** An address is good for five minutes at least. */
const URL_STALE_MS = 240_000;

/** The files of a message. Every preview has the same height: nothing moves when an image arrives. */
export function AttachmentList({ attachments }: { attachments: readonly AttachmentView[] }): ReactElement {
  return (
    <ul className={classes.list}>
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          <Attachment attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function Attachment({ attachment }: { attachment: AttachmentView }): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const { id, name, mediaType } = attachment;
  // What only calls itself an image can still be saved.
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const url = useQuery({
    queryKey: ['attachment', id],
    queryFn: ({ signal }) => client.chat.attachmentUrl.query({ attachmentId: id }, { signal }),
    staleTime: URL_STALE_MS,
    refetchInterval: URL_STALE_MS,
    retry: false,
  });
  if (url.isError) return <span className={classes.unavailable}>{t('rooms.attachments.failed')}</span>;
  if (SHOWN.has(mediaType) && (url.isPending || url.data.url !== brokenUrl)) {
    return url.isPending ? (
      <Skeleton className={classes.preview} />
    ) : (
      <a href={url.data.url} target="_blank" rel="noopener noreferrer" className={classes.imageLink}>
        <img
          src={url.data.url}
          alt={t('rooms.attachments.image', { name })}
          className={classes.preview}
          loading="lazy"
          onError={() => setBrokenUrl(url.data.url)}
        />
      </a>
    );
  }
  return (
    <a
      href={url.data?.url}
      download={name}
      className={classes.file}
      aria-label={t('rooms.attachments.open', { name })}
    >
      <FileFacts attachment={attachment} />
    </a>
  );
}

/** Files by name alone: of a message that is still on its way. */
export function AttachmentNames({ attachments }: { attachments: readonly AttachmentView[] }): ReactElement {
  return (
    <ul className={classes.list}>
      {attachments.map((attachment) => (
        <li key={attachment.id} className={classes.file}>
          <FileFacts attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function FileFacts({ attachment: { name, bytes } }: { attachment: AttachmentView }): ReactElement {
  const { i18n } = useTranslation();
  return (
    <>
      <IconFile size={20} aria-hidden />
      <span className={classes.uploadText}>
        <span className={classes.name}>{name}</span>
        <span className={classes.size}>{formatBytes(bytes, i18n.language)}</span>
      </span>
    </>
  );
}
