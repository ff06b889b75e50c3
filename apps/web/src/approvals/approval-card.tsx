import type { ApprovalView } from '@aura/contract';
import { type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';
import { ClosedApproval } from './closed-approval.tsx';
import { OpenApproval } from './open-approval.tsx';
import { useApprovalTitle } from './use-approval-title.ts';

interface ApprovalCardProps {
  approval: ApprovalView;
  /** In the inbox a card says where it comes from; in its conversation that is plain. */
  place: 'conversation' | 'inbox';
}

/** Something a person is asked: open while it is pending, one line once it was decided or is over. */
export function ApprovalCard({ approval, place }: ApprovalCardProps): ReactElement {
  const { t } = useTranslation();
  const title = useApprovalTitle();
  const rootRef = useRef<HTMLElement>(null);
  return (
    <section
      ref={rootRef}
      className={classes.root}
      // The focus stays here when the button that had it goes away.
      tabIndex={-1}
      aria-label={`${t(`approvals.eyebrow.${approval.kind}`)}: ${title(approval)}`}
      data-approval-id={approval.id}
      data-status={approval.status}
    >
      {approval.status === 'pending' ? (
        <OpenApproval approval={approval} place={place} onDecide={() => rootRef.current?.focus()} />
      ) : (
        <ClosedApproval approval={approval} />
      )}
    </section>
  );
}
