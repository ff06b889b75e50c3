import { useAura } from '@aura/client/react';
import { Button, Loader, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { SessionRow } from './session-row.tsx';
import classes from './sessions-modal.module.css';

/** Everywhere the person is signed in, with a way to end each. */
export function SessionsModal({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const errorText = useErrorText();
  const sessions = useQuery({
    queryKey: ['auth', 'sessions'],
    queryFn: ({ signal }) => client.auth.sessions.query(undefined, { signal }),
    enabled: isOpen,
  });
  const revoke = async (sessionId: string) => {
    try {
      await client.auth.revokeSession.mutate({ sessionId });
      notifications.show({ message: t('session.sessionEnded') });
      await sessions.refetch();
    } catch (err) {
      notifications.show({ color: 'red', message: errorText(err) });
    }
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('session.sessions')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <Text size="sm" c="dimmed">
        {t('session.sessionsLead')}
      </Text>
      {sessions.isPending && <Loader size="sm" mt="lg" aria-label={t('app.loading')} />}
      {sessions.isError && (
        <div className={classes.failed} role="alert">
          {errorText(sessions.error)}
          <Button variant="default" size="compact-sm" onClick={() => void sessions.refetch()}>
            {t('app.tryAgain')}
          </Button>
        </div>
      )}
      {sessions.isSuccess && (
        <ul className={classes.list}>
          {sessions.data
            .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
            .map((session) => (
              <SessionRow key={session.id} session={session} onRevoke={() => revoke(session.id)} />
            ))}
        </ul>
      )}
    </Modal>
  );
}
