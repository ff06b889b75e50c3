import { useSession } from '@aura/client/react';
import { Fragment, type ReactElement, type ReactNode } from 'react';
import { Splash } from '../app/splash.tsx';
import { AuthPage } from './auth-page.tsx';

/**
 * Shows the app to a person who is signed in, else the way in. The address stays as it is, so that signing in
 * leads to where the link pointed.
 */
export function SessionGate({ children }: { children: ReactNode }): ReactElement {
  const session = useSession();
  switch (session.status) {
    case 'loading':
      return <Splash />;
    case 'signedOut':
      return <AuthPage reason={session.reason} />;
    case 'signedIn': {
      // Another person or tenant is another app: nothing on screen may outlive the change.
      const { user, tenantId } = session.identity;
      return <Fragment key={`${user.id}:${tenantId}`}>{children}</Fragment>;
    }
  }
}
