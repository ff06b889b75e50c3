import { useApprovals } from '@aura/client/react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** What the tab is called; how much waits for the person comes first, for whoever looks at another tab. */
export function PageTitle({ title }: { title?: string }): ReactElement {
  const { t } = useTranslation();
  const { count } = useApprovals();
  const name = title === undefined ? t('app.name') : `${title} · ${t('app.name')}`;
  return <title>{count === 0 ? name : `(${count}) ${name}`}</title>;
}
