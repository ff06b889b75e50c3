import type { IdentityView } from '@aura/contract';
import { useSession } from '@aura/client/react';
import { Avatar, Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSelector } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountPanel } from './account-panel.tsx';
import { SessionsModal } from './sessions-modal.tsx';
import { SignOutEverywhereModal } from './sign-out-everywhere-modal.tsx';
import classes from './user-menu.module.css';

/** Who is signed in, and behind it everything about that. */
export function UserMenu(): ReactElement | null {
  const session = useSession();
  return session.status === 'signedIn' ? <Menu identity={session.identity} /> : null;
}

function Menu({ identity }: { identity: IdentityView }): ReactElement {
  const { t } = useTranslation();
  const [isOpen, panel] = useDisclosure(false);
  const [areSessionsOpen, sessions] = useDisclosure(false);
  const [isConfirming, confirmation] = useDisclosure(false);
  const name = identity.user.nickname ?? identity.user.email;
  return (
    <>
      <Popover
        opened={isOpen}
        onChange={panel.toggle}
        onDismiss={panel.close}
        position="top-start"
        width={272}
        trapFocus
        returnFocus
        radius="lg"
        shadow="lg"
      >
        <Popover.Target>
          <UnstyledButton className={classes.target} onClick={panel.toggle} title={t('session.accountMenu')}>
            <Avatar size={30} radius="xl" name={name} color="celadon" aria-hidden />
            <span className={classes.who}>
              <span className={classes.name}>{name}</span>
              <span className={classes.tenant}>{identity.tenantName}</span>
            </span>
            <IconSelector size={16} aria-hidden className={classes.chevron} />
            <span className="visually-hidden">{t('session.accountMenu')}</span>
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p={0} aria-label={t('session.accountMenu')}>
          <AccountPanel
            identity={identity}
            onShowSessions={() => {
              panel.close();
              sessions.open();
            }}
            onSignOutEverywhere={() => {
              panel.close();
              confirmation.open();
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <SessionsModal isOpen={areSessionsOpen} onClose={sessions.close} />
      <SignOutEverywhereModal isOpen={isConfirming} onClose={confirmation.close} />
    </>
  );
}
