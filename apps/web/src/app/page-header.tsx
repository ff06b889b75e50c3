import { useApprovals } from '@aura/client/react';
import { ActionIcon, Indicator } from '@mantine/core';
import { IconMenu2 } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigation } from './navigation-context.ts';
import classes from './page-header.module.css';

interface PageHeaderProps {
  children?: ReactNode;
  /** How it ends: what scrolls below fades, or is cut by a line. */
  edge?: 'fade' | 'line';
}

/** The top line of a page; carries the button that opens the conversations where they are in a drawer. */
export function PageHeader({ children, edge = 'fade' }: PageHeaderProps): ReactElement {
  const { t } = useTranslation();
  const { isNarrow, open } = useNavigation();
  const { count } = useApprovals();
  return (
    <header className={classes.root} data-edge={edge}>
      {isNarrow && (
        <Indicator disabled={count === 0} size={8} offset={7} color="var(--aura-warning)">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={open}
            aria-label={t('app.openNavigation')}
          >
            <IconMenu2 size={20} />
          </ActionIcon>
        </Indicator>
      )}
      {children}
    </header>
  );
}
