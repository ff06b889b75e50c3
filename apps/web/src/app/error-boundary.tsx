import { Button } from '@mantine/core';
import { Component, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from './notice.tsx';

interface Props {
  children: ReactNode;
}

/** Keeps a fault in one screen from leaving a blank page. */
export class ErrorBoundary extends Component<Props, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <BrokenPage /> : this.props.children;
  }
}

function BrokenPage(): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice
      title={t('app.brokenTitle')}
      body={t('app.brokenBody')}
      action={<Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>}
    />
  );
}
