import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Notice } from './notice.tsx';

/** For an address without a page and for a conversation that is not there, not any more or not for you. */
export function NotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice
      title={t('app.notFoundTitle')}
      body={t('app.notFoundBody')}
      action={
        <Button component={Link} to="/">
          {t('app.goHome')}
        </Button>
      }
    />
  );
}
