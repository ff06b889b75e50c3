import type { AuraError } from '@aura/client';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import classes from './live-conversation.module.css';

/** What is on screen is not kept current any more, and will not be by itself. */
export function LostNotice({ error }: { error: AuraError }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div className={classes.lost} role="alert">
      {t('conversation.lost', { reason: errorText(error) })}
      <Button variant="default" size="compact-md" fz="sm" onClick={() => window.location.reload()}>
        {t('app.reload')}
      </Button>
    </div>
  );
}
