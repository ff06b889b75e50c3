import './app/without-eval.ts';
import '@fontsource-variable/inter/wght-italic.css';
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './theme/tokens.css';
import './theme/global.css';
import { createAuraClient } from '@aura/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { startTranslation } from './i18n/i18n.ts';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element #root');
await startTranslation();
createRoot(container).render(
  <StrictMode>
    <App client={createAuraClient({ url: window.location.origin })} />
  </StrictMode>,
);
