import { LIMITS } from '@aura/contract';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './credentials-form.module.css';
import { FailureNotice } from './failure-notice.tsx';
import { type AuthMode, useCredentials } from './use-credentials.ts';

export function CredentialsForm({ mode }: { mode: AuthMode }): ReactElement {
  const { t } = useTranslation();
  const { fieldErrors, failure, isBusy, submit } = useCredentials(mode);
  const formRef = useRef<HTMLFormElement>(null);
  const isRegister = mode === 'register';
  const limits = { min: LIMITS.passwordMinChars };

  useEffect(() => {
    formRef.current?.querySelector('input')?.focus();
  }, []);
  useEffect(() => {
    const field = fieldErrors.email ? 'email' : fieldErrors.password || failure ? 'password' : null;
    if (field !== null) formRef.current?.querySelector<HTMLInputElement>(`input[name=${field}]`)?.focus();
  }, [fieldErrors, failure]);

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void submit(new FormData(event.currentTarget));
  };
  return (
    <form ref={formRef} onSubmit={onSubmit} noValidate className={classes.root}>
      {failure !== null && <FailureNotice failure={failure} />}
      {isRegister && (
        <TextInput
          name="nickname"
          label={`${t('session.nickname')} (${t('session.optional')})`}
          autoComplete="nickname"
          maxLength={60}
          size="md"
        />
      )}
      <TextInput
        name="email"
        type="email"
        label={t('session.email')}
        error={fieldErrors.email && t(`session.${fieldErrors.email}`)}
        autoComplete="username"
        inputMode="email"
        size="md"
      />
      <PasswordInput
        name="password"
        label={t('session.password')}
        description={isRegister ? t('session.passwordHint', limits) : undefined}
        error={fieldErrors.password && t(`session.${fieldErrors.password}`, limits)}
        autoComplete={isRegister ? 'new-password' : 'current-password'}
        maxLength={LIMITS.passwordMaxChars}
        size="md"
      />
      <Button type="submit" size="md" fullWidth loading={isBusy} mt="xs">
        {t(isRegister ? 'session.register' : 'session.signIn')}
      </Button>
    </form>
  );
}
