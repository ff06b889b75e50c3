import { LIMITS, type MessageView } from '@aura/contract';
import { Button, Group, Text, Textarea } from '@mantine/core';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBranching } from './use-branching.ts';
import classes from './user-message.module.css';

interface EditMessageFormProps {
  conversationId: string;
  message: MessageView;
  onDone: () => void;
}

/** A message in its place as a field: sending it makes a branch, Escape drops the change. */
export function EditMessageForm({ conversationId, message, onDone }: EditMessageFormProps): ReactElement {
  const { t } = useTranslation();
  const { isBusy, edit } = useBranching(conversationId);
  const [text, setText] = useState(message.text);
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const wanted = text.trim();
  const excess = wanted.length - LIMITS.messageChars;
  const canSend = wanted !== '' && excess <= 0;

  useEffect(() => {
    const input = inputRef.current;
    input?.focus();
    input?.setSelectionRange(input.value.length, input.value.length);
  }, []);

  const send = async () => {
    if (canSend && (await edit(message.id, wanted))) onDone();
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Textarea
        ref={inputRef}
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        aria-label={t('conversation.editLabel')}
        error={excess > 0 ? t('conversation.tooLong', { count: excess }) : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
          // Elsewhere Escape stops the answer.
          event.stopPropagation();
          onDone();
        }}
      />
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {t('conversation.editHint')}
        </Text>
        <Group gap="xs">
          <Button variant="default" size="compact-md" fz="sm" onClick={onDone}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" size="compact-md" fz="sm" disabled={!canSend} loading={isBusy}>
            {t('conversation.sendInBranch')}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
