import type { PendingMessage as Pending } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { UserMessage } from './user-message.tsx';
import classes from './user-message.module.css';

interface PendingMessageProps {
  pending: Pending;
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
}

/** A message on its way; one that did not arrive stays, with its text and the choice what to do. */
export function PendingMessage({ pending, onRetry, onDiscard }: PendingMessageProps): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { clientId, text, status, error } = pending;
  return (
    <UserMessage text={text} state={status}>
      {status === 'failed' ? (
        <div className={classes.failure} role="alert">
          {t('conversation.notSent')} {error !== undefined && errorText(error)}
          <span>
            <Button variant="subtle" color="red" size="compact-xs" onClick={() => onRetry(clientId)}>
              {t('conversation.retry')}
            </Button>
            <Button variant="subtle" color="gray" size="compact-xs" onClick={() => onDiscard(clientId)}>
              {t('conversation.discard')}
            </Button>
          </span>
        </div>
      ) : (
        <span className="visually-hidden">{t('conversation.sending')}</span>
      )}
    </UserMessage>
  );
}
