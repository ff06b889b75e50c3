import { type ConversationView, LIMITS } from '@aura/contract';
import { TextInput } from '@mantine/core';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConversationActions } from './use-conversation-actions.tsx';

interface RenameFormProps {
  conversation: ConversationView;
  onDone: () => void;
}

/** The title as a field in its place: Enter or leaving it keeps the change, Escape drops it. */
export function RenameForm({ conversation, onDone }: RenameFormProps): ReactElement {
  const { t } = useTranslation();
  const { rename } = useConversationActions(conversation);
  const [title, setTitle] = useState(conversation.title);
  const inputRef = useRef<HTMLInputElement>(null);
  const isOver = useRef(false);

  useEffect(() => {
    // After the menu that led here has let go of the focus.
    const frame = requestAnimationFrame(() => inputRef.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);

  const finish = async (isKept: boolean) => {
    // Leaving the field follows Enter and Escape; the first of them decides.
    if (isOver.current) return;
    isOver.current = true;
    const wanted = title.trim();
    if (isKept && wanted !== '' && wanted !== conversation.title) await rename(wanted);
    onDone();
  };
  return (
    <TextInput
      ref={inputRef}
      size="xs"
      value={title}
      maxLength={LIMITS.titleChars}
      aria-label={t('conversations.renameLabel')}
      onChange={(event) => setTitle(event.currentTarget.value)}
      onBlur={() => void finish(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') void finish(true);
        if (event.key === 'Escape') {
          event.stopPropagation();
          void finish(false);
        }
      }}
    />
  );
}
