import { useDecisions } from '@aura/client/react';
import type { ApprovalStatus, ApprovalView } from '@aura/contract';
import {
  IconCheck,
  IconClockOff,
  IconMessageCheck,
  IconRefresh,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Disclosure } from '../conversation/disclosure.tsx';
import { Json } from '../conversation/json.tsx';
import { formatInstant, formatMoment } from '../i18n/format.ts';
import classes from './approval-card.module.css';
import { outcomeOf } from './outcome-of.ts';
import { useApprovalTitle } from './use-approval-title.ts';
import { useMe } from './use-me.ts';

const ICONS: Record<Exclude<ApprovalStatus, 'pending'>, TablerIcon> = {
  approved: IconCheck,
  rejected: IconX,
  answered: IconMessageCheck,
  expired: IconClockOff,
  cancelled: IconX,
  outdated: IconRefresh,
};

/** How it ended, in one line: what, by whom, when; behind it everything that was decided on. */
export function ClosedApproval({ approval }: { approval: ApprovalView }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const { decisions } = useDecisions();
  const me = useMe();
  const title = useApprovalTitle();
  const [now] = useState(Date.now);
  const [isOpen, setIsOpen] = useState(false);
  if (approval.status === 'pending') return null;
  const Icon = ICONS[approval.status];
  const own = decisions.get(approval.id);
  // It says how it ended: somebody, or the time, was faster.
  const isTooLate = own?.status === 'failed' && own.error.decision !== undefined;
  const answer = typeof approval.answer === 'string' ? ` “${approval.answer}”` : '';
  return (
    <div className={classes.closed} data-status={approval.status}>
      {isTooLate && (
        <p className={classes.tooLate} role="alert">
          {t('approvals.tooLate')}
        </p>
      )}
      <Disclosure
        icon={<Icon size={16} aria-hidden className={classes.outcomeIcon} />}
        label={
          <>
            <strong className={classes.outcome}>
              {t(`approvals.outcome.${outcomeOf(approval, me?.userId ?? null)}`)}
              {answer}
            </strong>
            {` · ${title(approval)}`}
          </>
        }
        meta={
          approval.decidedAt !== null && (
            <time
              dateTime={approval.decidedAt}
              className={classes.when}
              title={formatInstant(approval.decidedAt, i18n.language)}
            >
              {formatMoment(approval.decidedAt, i18n.language, now)}
            </time>
          )
        }
        isOpen={isOpen}
        onToggle={() => setIsOpen(!isOpen)}
      >
        <Json title={t('approvals.wasAsked')} value={approval.args} />
        {approval.editedArgs !== null && (
          <Json title={t('approvals.wasExecuted')} value={approval.editedArgs} />
        )}
        {approval.reason !== null && <Json title={t('approvals.wasReason')} value={approval.reason} />}
        {approval.answer !== null && <Json title={t('approvals.wasAnswer')} value={approval.answer} />}
      </Disclosure>
    </div>
  );
}
