import type { AuraClient } from '@aura/client';
import { AuraProvider } from '@aura/client/react';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { ReactElement } from 'react';
import { BrowserRouter } from 'react-router';
import { SessionGate } from '../session/session-gate.tsx';
import { colorSchemeManager, cssVariablesResolver, theme } from '../theme/theme.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { AppRoutes } from './routes.tsx';

export function App({ client }: { client: AuraClient }): ReactElement {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      cssVariablesResolver={cssVariablesResolver}
    >
      {/* Not below: there people write. */}
      <Notifications position="top-center" limit={3} />
      <ErrorBoundary>
        <AuraProvider client={client}>
          <BrowserRouter basename={import.meta.env.BASE_URL}>
            <SessionGate>
              <AppRoutes />
            </SessionGate>
          </BrowserRouter>
        </AuraProvider>
      </ErrorBoundary>
    </MantineProvider>
  );
}
