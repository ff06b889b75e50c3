import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatInstant, formatUntil } from '../i18n/format.ts';
import classes from './approval-card.module.css';

const SECOND_MS = 1_000;
const CALM_MS = 10_000;
/** From here on the seconds matter. */
const CLOSE_MS = 75_000;

/**
 * How long there is to decide. It only informs: a wrong clock here must not keep anybody from deciding, and the server
 * says when it is over.
 */
export function Countdown({ until }: { until: string }): ReactElement {
  const { t, i18n } = useTranslation();
  const [isClose, setIsClose] = useState(false);
  const leftMs = Date.parse(until) - useNow(isClose ? SECOND_MS : CALM_MS);
  if (leftMs < CLOSE_MS && !isClose) setIsClose(true);
  return (
    <time
      className={classes.countdown}
      dateTime={until}
      title={formatInstant(until, i18n.language)}
      data-close={isClose}
    >
      {leftMs > 0
        ? t('approvals.expiresIn', { wait: formatUntil(leftMs, i18n.language) })
        : t('approvals.expiresNow')}
    </time>
  );
}
