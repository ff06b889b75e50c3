import { type AuraError, toAuraError } from '@aura/client';
import { useSession } from '@aura/client/react';
import { LIMITS, registerInputSchema } from '@aura/contract';
import { useState } from 'react';

export type AuthMode = 'signIn' | 'register';
export interface FieldErrors {
  email?: 'emailInvalid';
  password?: 'passwordRequired' | 'passwordTooShort';
}
export interface Failure {
  error: AuraError;
  /** When trying again makes sense, as a time in ms; null when the server named no wait. */
  retryAt: number | null;
}
export interface Credentials {
  fieldErrors: FieldErrors;
  failure: Failure | null;
  isBusy: boolean;
  submit: (data: FormData) => Promise<void>;
}

/** Checks the form, signs in or registers with it and keeps what went wrong. */
export function useCredentials(mode: AuthMode): Credentials {
  const { signIn, register } = useSession();
  const [fieldErrors, setFieldErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  const submit = async (data: FormData) => {
    const email = read(data, 'email').trim();
    const password = read(data, 'password');
    const nickname = read(data, 'nickname').trim();
    const found = check(mode, email, password);
    setFieldErrors(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;

    setIsBusy(true);
    try {
      if (mode === 'signIn') await signIn({ email, password });
      else await register({ email, password, ...(nickname === '' ? {} : { nickname }) });
    } catch (err) {
      const error = toAuraError(err);
      setFailure({
        error,
        retryAt: error.retryAfterMs === undefined ? null : Date.now() + error.retryAfterMs,
      });
    } finally {
      setIsBusy(false);
    }
  };
  return { fieldErrors, failure, isBusy, submit };
}

function check(mode: AuthMode, email: string, password: string): FieldErrors {
  const isEmail = registerInputSchema.shape.email.safeParse(email).success;
  const errors: FieldErrors = isEmail ? {} : { email: 'emailInvalid' };
  if (password === '') return { ...errors, password: 'passwordRequired' };
  const isShort = mode === 'register' && password.length < LIMITS.passwordMinChars;
  return isShort ? { ...errors, password: 'passwordTooShort' } : errors;
}

function read(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}
