import { CloseButton, Drawer } from '@mantine/core';
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigation } from '../app/navigation-context.ts';
import classes from './side-panel.module.css';
import { useRoomPanel } from './use-room-panel.ts';

interface SidePanelProps {
  title: string;
  children: ReactNode;
}

/** What stands beside the messages, or over them where there is no room. Escape closes it. */
export function SidePanel({ title, children }: SidePanelProps): ReactElement {
  const { isNarrow } = useNavigation();
  const { close } = useRoomPanel();
  if (isNarrow) {
    return (
      <Drawer.Root
        opened
        onClose={close}
        position="right"
        size="100%"
        padding={0}
        transitionProps={{ duration: 0 }}
      >
        <Drawer.Content className={classes.drawer} aria-label={title}>
          <Drawer.Body className={classes.drawerBody}>
            <Panel title={title}>{children}</Panel>
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    );
  }
  return (
    <aside className={classes.aside} aria-label={title}>
      <Panel title={title}>{children}</Panel>
    </aside>
  );
}

function Panel({ title, children }: SidePanelProps): ReactElement {
  const { t } = useTranslation();
  const { close } = useRoomPanel();
  const rootRef = useRef<HTMLDivElement>(null);
  const [opener] = useState(() => document.activeElement);
  useEffect(() => {
    // Not from a composer in it, which takes the focus by itself.
    if (rootRef.current?.contains(document.activeElement) === false) rootRef.current.focus();
    return () => {
      // Nobody has the focus once it is gone, and what opened it may have gone before: a menu, another panel.
      if (document.activeElement !== document.body) return;
      const next = opener?.isConnected === true ? opener : document.querySelector('[data-message-list]');
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    };
  }, [opener]);
  return (
    // Focused when it opens, so that it is read out and Escape reaches it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={rootRef}
      className={classes.panel}
      tabIndex={-1}
      onKeyDown={(event) => {
        // A menu or dialog that it opened stands elsewhere in the page, and closes by itself.
        const isInside = event.target instanceof Node && event.currentTarget.contains(event.target);
        if (event.key === 'Escape' && isInside && !event.defaultPrevented) close();
      }}
    >
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        <CloseButton onClick={close} aria-label={t('app.close')} />
      </header>
      {children}
    </div>
  );
}
