import type { SessionView } from '@aura/contract';
import { Badge, Button } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatAgo, formatInstant } from '../i18n/format.ts';
import { describeUserAgent } from './describe-user-agent.ts';
import classes from './sessions-modal.module.css';

const MINUTE_MS = 60_000;

interface SessionRowProps {
  session: SessionView;
  onRevoke: () => Promise<void>;
}

export function SessionRow({ session, onRevoke }: SessionRowProps): ReactElement {
  const { t, i18n } = useTranslation();
  const [isBusy, setIsBusy] = useState(false);
  const { browser, system, isMobile } = describeUserAgent(session.userAgent);
  const known = browser !== null && system !== null ? t('session.browserOn', { browser, system }) : null;
  const device = known ?? browser ?? system ?? t('session.unknownDevice');
  const when = formatAgo(session.lastUsedAt, i18n.language, useNow(MINUTE_MS));
  const Icon = isMobile ? IconDeviceMobile : IconDeviceDesktop;
  const revoke = async () => {
    setIsBusy(true);
    await onRevoke();
    setIsBusy(false);
  };
  return (
    <li className={classes.row}>
      <Icon size={20} aria-hidden />
      <span className={classes.text}>
        <span className={classes.device}>{device}</span>
        <span className={classes.detail} title={formatInstant(session.lastUsedAt, i18n.language)}>
          {t('session.lastUsed', { when })}
          {session.address !== null && ` · ${session.address}`}
        </span>
      </span>
      {session.isCurrent ? (
        <Badge variant="light" tt="none">
          {t('session.thisSession')}
        </Badge>
      ) : (
        <Button
          variant="default"
          size="compact-sm"
          loading={isBusy}
          onClick={() => void revoke()}
          aria-label={t('session.revokeFor', { device })}
        >
          {t('session.revoke')}
        </Button>
      )}
    </li>
  );
}
