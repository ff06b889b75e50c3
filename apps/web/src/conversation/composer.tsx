import { LIMITS } from '@aura/contract';
import { Textarea } from '@mantine/core';
import {
  type ComponentProps,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { ComposerButton } from './composer-button.tsx';
import classes from './composer.module.css';

/** A message can be written while a run is active; whether it can be sent, and what happens then. */
export interface Meanwhile {
  canSend: boolean;
  hint: string;
}

/** What else the field does, for whoever offers choices while somebody types. */
export interface ComposerField extends Pick<
  ComponentProps<'textarea'>,
  'onSelect' | 'onBlur' | 'aria-autocomplete' | 'aria-controls' | 'aria-activedescendant'
> {
  ref: RefObject<HTMLTextAreaElement | null>;
  /** Answers true for a key that it took. */
  onKeyDown: (event: KeyboardEvent) => boolean;
}

interface ComposerProps {
  text: string;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  placeholder: string;
  /**
   * `busy`: a send is on its way. `blocked`: something has to be put right first. `running`: an answer is being
   * written, which can be stopped.
   */
  status: 'ready' | 'busy' | 'blocked' | 'running' | 'stopping';
  onStop?: () => void;
  /** Set while a run is active. */
  meanwhile?: Meanwhile;
  field?: ComposerField;
  /** Something goes with the message, so it needs no words. */
  canSendEmpty?: boolean;
  /** Stands below in place of the usual words, on small screens only when it always does. */
  hint?: { text: string; isAlways: boolean };
  /** Stands below the text. */
  children?: ReactNode;
}

/** Where a person writes. While an answer is being written they can write on; the conversation says what sending does. */
export function Composer(props: ComposerProps): ReactElement {
  const { text, onChange, onSend, placeholder, status, onStop, meanwhile, children } = props;
  const { field, canSendEmpty = false, hint } = props;
  const { t } = useTranslation();
  const ownRef = useRef<HTMLTextAreaElement>(null);
  const { ref: inputRef = ownRef, onKeyDown: takeKey, ...fieldProps } = field ?? {};
  const excess = text.trim().length - LIMITS.messageChars;
  const isTaken = status === 'ready' || (status === 'running' && meanwhile?.canSend === true);
  const canSend = isTaken && (canSendEmpty || text.trim() !== '') && excess <= 0;
  const send = () => {
    if (canSend) onSend(text.trim());
  };

  useEffect(() => {
    // Not on touch screens: the keyboard would cover what the person came to read.
    if (window.matchMedia('(hover: hover)').matches) inputRef.current?.focus();
  }, [inputRef]);

  const onKeyDown = (event: KeyboardEvent) => {
    // While a syllable is being composed (Korean, Japanese, Chinese) Enter belongs to it; Safari says so by 229.
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (isComposing) return;
    if (takeKey?.(event) === true) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
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
          {...fieldProps}
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
        data-always={meanwhile !== undefined || hint?.isAlways === true}
      >
        {excess > 0
          ? t('conversation.tooLong', { count: excess })
          : (meanwhile?.hint ?? hint?.text ?? t('conversation.hintSend'))}
      </p>
    </form>
  );
}
