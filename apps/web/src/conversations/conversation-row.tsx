import type { ConversationView } from '@aura/contract';
import { IconHandStop, IconPinFilled } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { DeleteModal } from './delete-modal.tsx';
import classes from './conversation-row.module.css';
import { RenameForm } from './rename-form.tsx';
import { RowMenu } from './row-menu.tsx';

interface ConversationRowProps {
  conversation: ConversationView;
  /** Something in it waits for this person. */
  isWaiting: boolean;
  onNavigate?: (() => void) | undefined;
}

export function ConversationRow({ conversation, isWaiting, onNavigate }: ConversationRowProps): ReactElement {
  const { t } = useTranslation();
  const [mode, setMode] = useState<'idle' | 'renaming' | 'deleting'>('idle');
  const toIdle = () => setMode('idle');
  const title = conversation.title === '' ? t('conversations.untitled') : conversation.title;
  return (
    <li className={classes.root}>
      {mode === 'renaming' ? (
        <RenameForm conversation={conversation} onDone={toIdle} />
      ) : (
        <>
          <NavLink to={`/c/${conversation.id}`} className={classes.link} onClick={onNavigate} title={title}>
            {conversation.isPinned && <IconPinFilled size={12} className={classes.pin} aria-hidden />}
            <span className={classes.title}>{title}</span>
            {isWaiting && (
              <span className={classes.waiting}>
                <IconHandStop size={14} aria-hidden />
                <span className="visually-hidden">{t('conversations.waiting')}</span>
              </span>
            )}
            {conversation.activeRunId !== null && !isWaiting && (
              <span className={classes.running}>
                <span className="visually-hidden">{t('conversations.running')}</span>
              </span>
            )}
          </NavLink>
          <RowMenu
            conversation={conversation}
            title={title}
            onRename={() => setMode('renaming')}
            onDelete={() => setMode('deleting')}
          />
        </>
      )}
      <DeleteModal conversation={conversation} title={title} isOpen={mode === 'deleting'} onClose={toIdle} />
    </li>
  );
}
