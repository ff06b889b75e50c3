import { LIMITS, type RoomMessageView } from '@aura/contract';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mentionedIn } from './mention-query.ts';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import { useAttempt } from './use-attempt.ts';

interface MessageEditFormProps {
  message: RoomMessageView;
  onDone: () => void;
}

/** One's own message in its place as a field. */
export function MessageEditForm({ message, onDone }: MessageEditFormProps): ReactElement {
  const { t } = useTranslation();
  const { actions, members } = useRoomScene();
  const attempt = useAttempt();
  const [text, setText] = useState(message.text);
  const [isBusy, setIsBusy] = useState(false);
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const wanted = text.trim();
  const excess = wanted.length - LIMITS.messageChars;
  const canSave = (wanted !== '' || message.attachments.length > 0) && excess <= 0;

  useEffect(() => {
    const input = inputRef.current;
    input?.focus();
    input?.setSelectionRange(input.value.length, input.value.length);
  }, []);

  const save = async () => {
    if (!canSave || isBusy) return;
    if (wanted === message.text) {
      onDone();
      return;
    }
    setIsBusy(true);
    const change = { text: wanted, mentions: mentionedIn(wanted, members).slice(0, LIMITS.mentionsMax) };
    const isSaved = await attempt(() => actions.edit(message.id, change));
    setIsBusy(false);
    if (isSaved) onDone();
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Textarea
        ref={inputRef}
        classNames={{ input: classes.field }}
        autosize
        minRows={1}
        maxRows={12}
        value={text}
        aria-label={t('rooms.message.editLabel')}
        error={excess > 0 ? t('conversation.tooLong', { count: excess }) : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || event.keyCode === 229) return;
          if (event.key === 'Escape') {
            // The panel around it stays.
            event.preventDefault();
            onDone();
          }
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {t('rooms.message.editHint')}
        </Text>
        <Group gap="xs">
          <Button variant="default" size="compact-sm" onClick={onDone}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" size="compact-sm" disabled={!canSave} loading={isBusy}>
            {t('rooms.message.save')}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
