import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatWait } from '../i18n/format.ts';
import { useErrorText } from '../i18n/use-error-text.ts';
import { SessionNotice } from './session-notice.tsx';
import type { Failure } from './use-credentials.ts';

const SECOND_MS = 1_000;

/** Why signing in failed; while the account is locked, how long that still lasts. */
export function FailureNotice({ failure }: { failure: Failure }): ReactElement {
  const errorText = useErrorText();
  const { error, retryAt } = failure;
  const isLocked = error.code === 'ACCOUNT_LOCKED' || error.code === 'TOO_MANY_REQUESTS';
  return isLocked && retryAt !== null ? (
    <LockNotice key={retryAt} until={retryAt} />
  ) : (
    <SessionNotice tone="error">{errorText(error)}</SessionNotice>
  );
}

function LockNotice({ until }: { until: number }): ReactElement {
  const { t, i18n } = useTranslation();
  const remainingMs = Math.max(0, until - useNow(SECOND_MS));
  const [firstMs] = useState(remainingMs);
  if (remainingMs === 0) return <SessionNotice tone="info">{t('session.lockOver')}</SessionNotice>;
  const lockedFor = (waitMs: number) => t('session.lockedFor', { wait: formatWait(waitMs, i18n.language) });
  return (
    <SessionNotice tone="error">
      {/* Screen readers get the wait once: a countdown would be read out every second. */}
      <span className="visually-hidden">{lockedFor(firstMs)}</span>
      <span aria-hidden>{lockedFor(remainingMs)}</span>
    </SessionNotice>
  );
}
