import { type AttachmentView, LIMITS } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/format.ts';

/** A file that goes, or went, with the next message. */
export interface Upload {
  key: string;
  file: File;
  state:
    | { status: 'sending'; part: number }
    | { status: 'failed'; error: unknown }
    | { status: 'there'; attachment: AttachmentView };
}

export interface Uploads {
  uploads: readonly Upload[];
  /** All that are there. */
  attachments: AttachmentView[];
  /** `busy`: some are not there yet. `blocked`: some could not be sent, and nothing goes without them. */
  status: 'ready' | 'busy' | 'blocked';
  add: (files: readonly File[]) => void;
  retry: (key: string) => void;
  remove: (key: string) => void;
  clear: () => void;
}

let count = 0;

/** Files for one message: they go to the server as they are chosen, each with its progress. */
export function useUploads(roomId: string): Uploads {
  const client = useAura();
  const refuse = useRefusal();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const controllers = useRef(new Map<string, AbortController>());

  const update = useCallback((key: string, state: Upload['state']) => {
    setUploads((old) => old.map((upload) => (upload.key === key ? { ...upload, state } : upload)));
  }, []);
  const transmit = useCallback(
    async ({ key, file }: Pick<Upload, 'key' | 'file'>) => {
      const controller = new AbortController();
      controllers.current.set(key, controller);
      update(key, { status: 'sending', part: 0 });
      try {
        const attachment = await client.uploadAttachment(roomId, file, {
          name: file.name,
          signal: controller.signal,
          onProgress: (part) => update(key, { status: 'sending', part }),
        });
        update(key, { status: 'there', attachment });
      } catch (err) {
        update(key, { status: 'failed', error: err });
      } finally {
        controllers.current.delete(key);
      }
    },
    [client, roomId, update],
  );
  useEffect(() => {
    const running = controllers.current;
    return () => {
      for (const controller of running.values()) controller.abort();
    };
  }, []);

  return {
    uploads,
    attachments: uploads.flatMap(({ state }) => (state.status === 'there' ? [state.attachment] : [])),
    status: statusOf(uploads),
    add(files) {
      const free = LIMITS.attachmentsMax - uploads.length;
      const fresh = refuse(files, free).map((file) => ({ key: `${++count}`, file }));
      const start = { status: 'sending', part: 0 } as const;
      setUploads((old) => [...old, ...fresh.map((upload) => ({ ...upload, state: start }))]);
      for (const upload of fresh) void transmit(upload);
    },
    retry(key) {
      const upload = uploads.find((item) => item.key === key);
      if (upload !== undefined) void transmit(upload);
    },
    remove(key) {
      controllers.current.get(key)?.abort();
      setUploads((old) => old.filter((upload) => upload.key !== key));
    },
    clear: () => setUploads([]),
  };
}

function statusOf(uploads: readonly Upload[]): Uploads['status'] {
  if (uploads.some(({ state }) => state.status === 'sending')) return 'busy';
  return uploads.some(({ state }) => state.status === 'failed') ? 'blocked' : 'ready';
}

/** Those files that may be sent; says why the others may not. */
function useRefusal(): (files: readonly File[], free: number) => File[] {
  const { t, i18n } = useTranslation();
  const tell = (message: string) => notifications.show({ color: 'red', message });
  return (files, free) => {
    const fitting = files.filter(({ name, size }) => {
      if (size === 0) tell(t('rooms.composer.emptyFile', { name }));
      const max = formatBytes(LIMITS.attachmentBytes, i18n.language);
      if (size > LIMITS.attachmentBytes) tell(t('rooms.composer.tooLarge', { name, max }));
      return size > 0 && size <= LIMITS.attachmentBytes;
    });
    if (fitting.length > free) tell(t('rooms.composer.tooMany', { max: LIMITS.attachmentsMax }));
    return fitting.slice(0, Math.max(0, free));
  };
}
