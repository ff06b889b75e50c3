import { ActionIcon } from '@mantine/core';
import { IconMenu2 } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigation } from './navigation-context.ts';
import classes from './page-header.module.css';

/** The top line of a page; carries the button that opens the conversations where they are in a drawer. */
export function PageHeader({ children }: { children?: ReactNode }): ReactElement {
  const { t } = useTranslation();
  const { isNarrow, open } = useNavigation();
  return (
    <header className={classes.root}>
      {isNarrow && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          onClick={open}
          aria-label={t('app.openNavigation')}
        >
          <IconMenu2 size={20} />
        </ActionIcon>
      )}
      {children}
    </header>
  );
}
