import type { ApprovalView } from '@aura/contract';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCheck, IconDots, IconPencil, IconRepeat, IconUserShare, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';
import type { ChoiceMode } from './choices.tsx';
import type { Decide } from './use-decide.ts';
import { useMe } from './use-me.ts';

interface ToolButtonsProps {
  approval: ApprovalView;
  titleId: string;
  decide: Decide;
  onMode: (mode: ChoiceMode) => void;
}

/** The choices about a call, the plain ones first. */
export function ToolButtons({ approval, titleId, decide, onMode }: ToolButtonsProps): ReactElement {
  const { t } = useTranslation();
  const isUnknown = approval.kind === 'unknown';
  const may = (choice: ApprovalView['allowed'][number]) => approval.allowed.includes(choice);
  const common = { 'aria-describedby': titleId, disabled: decide.isSending, size: 'sm' } as const;
  return (
    <>
      <div className={classes.choices}>
        {may('approve') && (
          <Button
            {...common}
            loading={decide.isSending}
            // Where nobody knows what happened no choice is the natural one.
            variant={isUnknown ? 'default' : 'filled'}
            leftSection={isUnknown ? <IconRepeat size={16} /> : <IconCheck size={16} />}
            onClick={() => decide.approve()}
          >
            {t(isUnknown ? 'approvals.repeatCall' : 'approvals.approve')}
          </Button>
        )}
        {may('reject') && (
          <Button
            {...common}
            variant="default"
            leftSection={<IconX size={16} />}
            onClick={() => onMode('reject')}
          >
            {t(isUnknown ? 'approvals.withoutIt' : 'approvals.reject')}
          </Button>
        )}
        <span className={classes.more}>
          {may('edit') && (
            <Button
              {...common}
              variant="subtle"
              color="gray"
              leftSection={<IconPencil size={16} />}
              onClick={() => onMode('edit')}
            >
              {t('approvals.edit')}
            </Button>
          )}
          {may('respond') && (
            <Button {...common} variant="subtle" color="gray" onClick={() => onMode('respond')}>
              {t(isUnknown ? 'approvals.knowResult' : 'approvals.respond')}
            </Button>
          )}
          <DelegateMenu approval={approval} decide={decide} />
        </span>
      </div>
      {isUnknown && may('approve') && <p className={classes.note}>{t('approvals.unknownApprove')}</p>}
    </>
  );
}

/** Lets others decide. Whom exactly is not asked here: everybody of a role. */
function DelegateMenu({ approval, decide }: Pick<ToolButtonsProps, 'approval' | 'decide'>): ReactElement {
  const { t } = useTranslation();
  const me = useMe();
  const asked = approval.approvers.kind === 'role' ? approval.approvers.role : null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          disabled={decide.isSending}
          aria-label={t('approvals.more')}
        >
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {asked !== 'admin' && me?.role !== 'admin' && (
          <Menu.Item
            leftSection={<IconUserShare size={16} />}
            onClick={() => decide.delegate({ kind: 'role', role: 'admin' })}
          >
            {t('approvals.delegateAdmin')}
          </Menu.Item>
        )}
        {asked !== 'user' && (
          <Menu.Item
            leftSection={<IconUserShare size={16} />}
            onClick={() => decide.delegate({ kind: 'role', role: 'user' })}
          >
            {t('approvals.delegateUser')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
