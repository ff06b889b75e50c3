import { Anchor } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../app/logo.tsx';
import classes from './auth-page.module.css';
import { CredentialsForm } from './credentials-form.tsx';
import { QuickSettings } from './quick-settings.tsx';
import { SessionNotice } from './session-notice.tsx';

interface AuthPageProps {
  /** Why the last session ended, when it was not the person who ended it here. */
  reason?: 'revoked' | 'expired' | undefined;
}

export function AuthPage({ reason }: AuthPageProps): ReactElement {
  const { t } = useTranslation();
  const [mode, setMode] = useState<'signIn' | 'register'>('signIn');
  const isSignIn = mode === 'signIn';
  return (
    <div className={classes.root}>
      <title>{`${t(isSignIn ? 'session.signIn' : 'session.register')} · ${t('app.name')}`}</title>
      <div className={classes.settings}>
        <QuickSettings />
      </div>
      <main className={classes.card}>
        <Logo size={44} />
        <h1 className={classes.title}>{t(isSignIn ? 'session.signInTitle' : 'session.registerTitle')}</h1>
        <p className={classes.lead}>{t(isSignIn ? 'session.signInLead' : 'session.registerLead')}</p>
        {reason !== undefined && <SessionNotice tone="info">{t(`session.${reason}`)}</SessionNotice>}
        <CredentialsForm key={mode} mode={mode} />
        <p className={classes.other}>
          {t(isSignIn ? 'session.noAccount' : 'session.haveAccount')}{' '}
          <Anchor component="button" type="button" onClick={() => setMode(isSignIn ? 'register' : 'signIn')}>
            {t(isSignIn ? 'session.toRegister' : 'session.toSignIn')}
          </Anchor>
        </p>
      </main>
    </div>
  );
}
