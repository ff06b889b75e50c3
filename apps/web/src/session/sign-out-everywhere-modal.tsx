import { useAura } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';

export function SignOutEverywhereModal({
  isOpen,
  onClose,
}: {
  isOpen: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const leave = async () => {
    try {
      await client.signOutEverywhere();
      await navigate('/');
    } catch (err) {
      notifications.show({ color: 'red', message: errorText(err) });
    }
  };
  return (
    <ConfirmModal
      isOpen={isOpen}
      onClose={onClose}
      title={t('session.signOutEverywhere')}
      body={t('session.signOutEverywhereBody')}
      confirmLabel={t('session.signOutEverywhere')}
      onConfirm={leave}
    />
  );
}
