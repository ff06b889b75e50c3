import type { ApprovalView } from '@aura/contract';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Json } from '../conversation/json.tsx';

/** Exactly what the decision is about. A question has nothing but its text. */
export function CallArguments({ approval }: { approval: ApprovalView }): ReactElement | null {
  const { t } = useTranslation();
  switch (approval.kind) {
    case 'tool':
      return <Json title={t('approvals.willExecute')} value={approval.args} />;
    case 'unknown':
      return <Json title={t('approvals.wasCalled')} value={approval.args} />;
    case 'question':
      return null;
  }
}
