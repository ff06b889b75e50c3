import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { LIMITS } from '@aura/contract';
import { type ChangeEvent, type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Composer } from '../conversation/composer.tsx';
import { useDraft } from '../conversation/use-draft.ts';
import { formatWait } from '../i18n/format.ts';
import classes from './room-composer.module.css';
import { mentionedIn } from './mention-query.ts';
import { MentionPicker } from './mention-picker.tsx';
import { useRoomScene } from './room-context.ts';
import { mayModerate } from './room-rights.ts';
import { UploadList } from './upload-list.tsx';
import { useMentions } from './use-mentions.ts';
import { useUploads } from './use-uploads.ts';

/** Where somebody writes to the room, or, with `threadOf`, into a thread. */
export function RoomComposer({ threadOf }: { threadOf?: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const { room, reader, members, actions } = useRoomScene();
  const [text, setText] = useDraft(`room:${room.id}:${threadOf ?? ''}`);
  const files = useUploads(room.id);
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const mentions = useMentions({ text, setText, inputRef });
  const send = (wanted: string) => {
    setText('');
    files.clear();
    actions.send({
      text: wanted,
      mentions: mentionedIn(wanted, members).slice(0, LIMITS.mentionsMax),
      attachments: files.attachments,
      ...(threadOf === undefined ? {} : { threadOf }),
    });
  };
  const isSlow = room.slowModeSeconds > 0 && !mayModerate(reader);
  const wait = formatWait(room.slowModeSeconds * 1_000, i18n.language);
  const standing = isSlow ? t('rooms.composer.slowMode', { wait }) : t('rooms.composer.hint');
  const hints = {
    ready: standing,
    busy: t('rooms.composer.waitForUploads'),
    blocked: t('rooms.composer.failedUploads'),
  };
  return (
    <div
      className={classes.root}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        files.add([...event.dataTransfer.files]);
      }}
      onPaste={(event) => {
        if (event.clipboardData.files.length > 0) files.add([...event.clipboardData.files]);
      }}
    >
      <MentionPicker mentions={mentions} />
      <UploadList files={files} />
      <Composer
        text={text}
        onChange={(next) => {
          setText(next);
          mentions.look();
          if (next.trim() === '') actions.stopTyping();
          else actions.noteTyping();
        }}
        onSend={send}
        placeholder={
          threadOf === undefined
            ? t('rooms.composer.placeholder', { name: room.name })
            : t('rooms.composer.reply')
        }
        status={files.status}
        field={{ ...mentions.field, ref: inputRef }}
        canSendEmpty={files.attachments.length > 0}
        hint={{ text: hints[files.status], isAlways: isSlow || files.status !== 'ready' }}
      >
        <AttachButton onChoose={files.add} />
      </Composer>
    </div>
  );
}

function AttachButton({ onChoose }: { onChoose: (files: File[]) => void }): ReactElement {
  const { t } = useTranslation();
  const inputRef = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    onChoose([...(event.currentTarget.files ?? [])]);
    // The same file can be chosen again.
    event.currentTarget.value = '';
  };
  return (
    <>
      <input
        ref={inputRef}
        type="file"
        multiple
        hidden
        onChange={choose}
        aria-label={t('rooms.composer.attach')}
      />
      <Tooltip label={t('rooms.composer.attach')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          radius="xl"
          onClick={() => inputRef.current?.click()}
          aria-label={t('rooms.composer.attach')}
        >
          <IconPaperclip size={18} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
