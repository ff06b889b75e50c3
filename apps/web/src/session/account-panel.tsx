import type { IdentityView } from '@aura/contract';
import { useSession } from '@aura/client/react';
import { UnstyledButton } from '@mantine/core';
import { IconDevices, IconLogout, IconShieldOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import classes from './account-panel.module.css';
import { Preferences } from './preferences.tsx';
import { WorkspaceSwitch } from './workspace-switch.tsx';

interface AccountPanelProps {
  identity: IdentityView;
  onShowSessions: () => void;
  onSignOutEverywhere: () => void;
}

export function AccountPanel({
  identity,
  onShowSessions,
  onSignOutEverywhere,
}: AccountPanelProps): ReactElement {
  const { t } = useTranslation();
  const { signOut } = useSession();
  const navigate = useNavigate();
  const leave = async () => {
    // First home: whoever signs in next starts there, not in this person's conversation.
    await navigate('/');
    await signOut();
  };
  return (
    <>
      <div className={classes.who}>
        <span className={classes.email}>{identity.user.email}</span>
        <span className={classes.detail}>
          {identity.tenantName} · {t(`session.role.${identity.role}`)}
        </span>
      </div>
      {identity.memberships.length > 1 && <WorkspaceSwitch identity={identity} />}
      <Preferences />
      <div className={classes.actions}>
        <UnstyledButton className={classes.action} onClick={onShowSessions}>
          <IconDevices size={17} aria-hidden />
          {t('session.sessions')}
        </UnstyledButton>
        <UnstyledButton className={classes.action} onClick={() => void leave()}>
          <IconLogout size={17} aria-hidden />
          {t('session.signOut')}
        </UnstyledButton>
        <UnstyledButton className={classes.action} onClick={onSignOutEverywhere}>
          <IconShieldOff size={17} aria-hidden />
          {t('session.signOutEverywhere')}
        </UnstyledButton>
      </div>
    </>
  );
}
