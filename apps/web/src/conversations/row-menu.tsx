import type { ConversationView } from '@aura/contract';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArchive,
  IconArchiveOff,
  IconDots,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './conversation-row.module.css';
import { useConversationActions } from './use-conversation-actions.tsx';

interface RowMenuProps {
  conversation: ConversationView;
  title: string;
  onRename: () => void;
  onDelete: () => void;
}

export function RowMenu({ conversation, title, onRename, onDelete }: RowMenuProps): ReactElement {
  const { t } = useTranslation();
  const { setPinned, setArchived } = useConversationActions(conversation);
  const { isPinned, isArchived } = conversation;
  return (
    // The focus goes where the chosen action sends it: the rename field or the question before deleting.
    <Menu position="bottom-end" withinPortal returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          className={classes.menu}
          variant="transparent"
          color="gray"
          size={28}
          aria-label={t('conversations.menuFor', { title })}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={onRename}>
          {t('conversations.rename')}
        </Menu.Item>
        <Menu.Item
          leftSection={isPinned ? <IconPinnedOff size={16} /> : <IconPin size={16} />}
          onClick={() => void setPinned(!isPinned)}
        >
          {t(isPinned ? 'conversations.unpin' : 'conversations.pin')}
        </Menu.Item>
        <Menu.Item
          leftSection={isArchived ? <IconArchiveOff size={16} /> : <IconArchive size={16} />}
          onClick={() => void setArchived(!isArchived)}
        >
          {t(isArchived ? 'conversations.unarchive' : 'conversations.archive')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={onDelete}>
          {t('conversations.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
