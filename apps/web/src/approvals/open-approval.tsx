import { useInbox } from '@aura/client/react';
import type { ApprovalKind, ApprovalView } from '@aura/contract';
import { IconHandStop, IconHelpCircle, IconMessageQuestion, type TablerIcon } from '@tabler/icons-react';
import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import classes from './approval-card.module.css';
import { CallArguments } from './call-arguments.tsx';
import { Choices } from './choices.tsx';
import { Countdown } from './countdown.tsx';
import { RiskBadge } from './risk-badge.tsx';
import { useApprovalTitle } from './use-approval-title.ts';
import { isAskedOf, type Me, useMe } from './use-me.ts';

const ICONS: Record<ApprovalKind, TablerIcon> = {
  tool: IconHandStop,
  question: IconMessageQuestion,
  unknown: IconHelpCircle,
};

interface OpenApprovalProps {
  approval: ApprovalView;
  place: 'conversation' | 'inbox';
  /** Called when a decision goes out. */
  onDecide: () => void;
}

export function OpenApproval({ approval, place, onDecide }: OpenApprovalProps): ReactElement {
  const { t } = useTranslation();
  const me = useMe();
  const title = useApprovalTitle();
  const titleId = useId();
  const { kind } = approval;
  const Icon = ICONS[kind];
  // The inbox holds nothing but what this person may decide.
  const isAsked = place === 'inbox' || isAskedOf(approval, me);
  return (
    <div className={classes.card} data-kind={kind}>
      <header className={classes.head}>
        <span className={classes.eyebrow}>
          <Icon size={16} aria-hidden />
          {t(`approvals.eyebrow.${isAsked ? kind : 'others'}`)}
        </span>
        <span className={classes.place}>
          {place === 'inbox' && <Origin approval={approval} me={me} />}
          <Countdown until={approval.expiresAt} />
        </span>
      </header>
      <h3 id={titleId} className={classes.title}>
        {title(approval)}
      </h3>
      {kind === 'unknown' && <p className={classes.lead}>{t('approvals.unknownLead')}</p>}
      {kind !== 'question' && <ToolFacts approval={approval} />}
      {isAsked ? (
        <Choices approval={approval} titleId={titleId} onDecide={onDecide} />
      ) : (
        <>
          <CallArguments approval={approval} />
          <p className={classes.lead}>{t(askedKey(approval))}</p>
        </>
      )}
    </div>
  );
}

function ToolFacts({ approval }: { approval: ApprovalView }): ReactElement {
  return (
    <p className={classes.facts}>
      <RiskBadge risk={approval.risk} />
      <code>{approval.toolName}</code>
    </p>
  );
}

/** Conversations belong to one person: to everybody else this one does not exist. Rooms have members. */
function Origin({ approval, me }: { approval: ApprovalView; me: Me | null }): ReactElement {
  const { t } = useTranslation();
  const { rooms } = useInbox();
  const item = rooms.find(({ room }) => room.id === approval.conversationId);
  if (item !== undefined) {
    const place = `/rooms/${item.room.id}?run=${approval.runId}`;
    return <Link to={place}>{t('approvals.toRoom', { name: item.room.name })}</Link>;
  }
  return approval.userId === me?.userId ? (
    <Link to={`/c/${approval.conversationId}`}>{t('approvals.toConversation')}</Link>
  ) : (
    <span>{t('approvals.fromOthers')}</span>
  );
}

function askedKey({ approvers }: ApprovalView) {
  if (approvers.kind === 'room') {
    return approvers.who === 'members' ? 'approvals.askedMembers' : 'approvals.askedModerators';
  }
  if (approvers.kind !== 'role') return 'approvals.askedOthers';
  return approvers.role === 'admin' ? 'approvals.askedAdmin' : 'approvals.askedUser';
}
