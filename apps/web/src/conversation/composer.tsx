import { LIMITS } from '@aura/contract';
import { Textarea } from '@mantine/core';
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ComposerButton } from './composer-button.tsx';
import classes from './composer.module.css';

/** A message can be written while a run is active; whether it can be sent, and what happens then. */
export interface Meanwhile {
  canSend: boolean;
  hint: string;
}

interface ComposerProps {
  text: string;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  placeholder: string;
  /** `busy`: a send is on its way. `running`: an answer is being written, which can be stopped. */
  status: 'ready' | 'busy' | 'running' | 'stopping';
  onStop?: () => void;
  /** Set while a run is active. */
  meanwhile?: Meanwhile;
  /** Stands below the text. */
  children?: ReactNode;
}

/** Where a person writes. While an answer is being written they can write on; the conversation says what sending does. */
export function Composer(props: ComposerProps): ReactElement {
  const { text, onChange, onSend, placeholder, status, onStop, meanwhile, children } = props;
  const { t } = useTranslation();
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const excess = text.trim().length - LIMITS.messageChars;
  const isTaken = status === 'ready' || (status === 'running' && meanwhile?.canSend === true);
  const canSend = isTaken && text.trim() !== '' && excess <= 0;
  const send = () => {
    if (canSend) onSend(text.trim());
  };

  useEffect(() => {
    // Not on touch screens: the keyboard would cover what the person came to read.
    if (window.matchMedia('(hover: hover)').matches) inputRef.current?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    // While a syllable is being composed (Korean, Japanese, Chinese) Enter belongs to it; Safari says so by 229.
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={classes.box}>
        <Textarea
          ref={inputRef}
          variant="unstyled"
          autosize
          minRows={1}
          maxRows={10}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          placeholder={placeholder}
          aria-label={t('conversation.composerLabel')}
          aria-invalid={excess > 0}
          enterKeyHint="send"
          classNames={{ root: classes.field, input: classes.input }}
        />
        {children !== undefined && <div className={classes.tools}>{children}</div>}
        <ComposerButton status={status} canSend={canSend} onSend={send} onStop={onStop} />
      </div>
      <p
        className={classes.hint}
        role={excess > 0 ? 'alert' : undefined}
        data-excess={excess > 0}
        data-always={meanwhile !== undefined}
      >
        {excess > 0
          ? t('conversation.tooLong', { count: excess })
          : (meanwhile?.hint ?? t('conversation.hintSend'))}
      </p>
    </form>
  );
}
