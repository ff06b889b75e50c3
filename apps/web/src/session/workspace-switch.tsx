import type { IdentityView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorText } from '../i18n/use-error-text.ts';

/** For a person with more than one tenant: in which one to work. */
export function WorkspaceSwitch({ identity }: { identity: IdentityView }): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const switchTo = async (tenantId: string | null) => {
    if (tenantId === null || tenantId === identity.tenantId) return;
    try {
      await client.switchTenant(tenantId);
      await navigate('/');
    } catch (err) {
      notifications.show({ color: 'red', message: errorText(err) });
    }
  };
  return (
    <Select
      px="md"
      pb="sm"
      size="xs"
      label={t('session.workspaces')}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      value={identity.tenantId}
      onChange={(tenantId) => void switchTo(tenantId)}
      data={identity.memberships.map(({ tenantId, tenantName }) => ({ value: tenantId, label: tenantName }))}
    />
  );
}
