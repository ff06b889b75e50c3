import { Drawer } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { type ReactElement, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation } from 'react-router';
import { ApprovalAnnouncer } from '../approvals/approval-announcer.tsx';
import { Sidebar } from '../conversations/sidebar.tsx';
import { ConnectionPill } from './connection-pill.tsx';
import { NavigationContext } from './navigation-context.ts';
import classes from './shell.module.css';

/** The frame of every page: conversations beside it, or in a drawer where there is no room. */
export function Shell(): ReactElement {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const [isOpen, { open, close }] = useDisclosure(false);
  const navigation = useMemo(() => ({ isNarrow, open }), [isNarrow, open]);

  useEffect(close, [close, pathname]);

  return (
    <NavigationContext value={navigation}>
      <a className={classes.skip} href="#main">
        {t('app.skipToMain')}
      </a>
      <div className={classes.root}>
        {isNarrow ? (
          <Drawer.Root opened={isOpen} onClose={close} size="min(20rem, 86vw)" padding={0}>
            <Drawer.Overlay backgroundOpacity={0.4} />
            <Drawer.Content className={classes.drawer} aria-label={t('conversations.title')}>
              <Drawer.Body className={classes.drawerBody}>
                <Sidebar onNavigate={close} />
              </Drawer.Body>
            </Drawer.Content>
          </Drawer.Root>
        ) : (
          <aside className={classes.aside}>
            <Sidebar />
          </aside>
        )}
        <main id="main" className={classes.main} tabIndex={-1}>
          <ConnectionPill />
          <ApprovalAnnouncer />
          <Outlet />
        </main>
      </div>
    </NavigationContext>
  );
}
