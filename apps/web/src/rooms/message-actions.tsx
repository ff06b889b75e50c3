import type { RoomMessageView } from '@aura/contract';
import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconCopy,
  IconDots,
  IconLink,
  IconMessageReply,
  IconMoodPlus,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from '@tabler/icons-react';
import { type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { IconAction } from '../conversation/icon-action.tsx';
import { EmojiPicker } from './emoji-picker.tsx';
import { QUICK_EMOJIS } from './emojis.ts';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import { mayDelete, mayEdit, mayModerate } from './room-rights.ts';
import { useAttempt } from './use-attempt.ts';
import { useReact } from './use-react.ts';
import { useRoomPanel } from './use-room-panel.ts';

interface MessageActionsProps {
  message: RoomMessageView;
  place: 'room' | 'thread';
  /** Left out: it cannot be changed here. */
  onEdit?: () => void;
}

/** What can be done with a message; over it while the pointer or the focus is there. */
export function MessageActions({ message, place, onEdit }: MessageActionsProps): ReactElement {
  const { t } = useTranslation();
  const { bar, actions } = useRoomScene();
  const attempt = useAttempt();
  const react = useReact(message);
  const { open } = useRoomPanel();
  const [isConfirming, confirmation] = useDisclosure(false);
  const canWrite = bar === null;
  const rootRef = useRef<HTMLDivElement>(null);
  const remove = async () => {
    const article = rootRef.current?.closest('article');
    const isRemoved = await attempt(() => actions.remove(message.id));
    // What opened the question goes with the words.
    if (isRemoved) article?.focus({ preventScroll: true });
  };
  const openThread = () => open({ kind: 'thread', messageId: message.threadOf ?? message.id });
  return (
    <div ref={rootRef} className={classes.actions} data-actions>
      {canWrite && (
        <span className={classes.hoverOnly}>
          {QUICK_EMOJIS.slice(0, 2).map((emoji) => (
            <IconAction
              key={emoji}
              label={t('rooms.reactions.with', { emoji })}
              icon={<span className={classes.emoji}>{emoji}</span>}
              onClick={() => react(emoji)}
            />
          ))}
        </span>
      )}
      {canWrite && (
        <EmojiPicker onChoose={react}>
          {(openPicker) => (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              onClick={openPicker}
              aria-label={t('rooms.reactions.add')}
            >
              <IconMoodPlus size={16} />
            </ActionIcon>
          )}
        </EmojiPicker>
      )}
      {place === 'room' && (
        <IconAction
          label={t('rooms.message.reply')}
          icon={<IconMessageReply size={16} />}
          onClick={openThread}
        />
      )}
      <MessageMenu message={message} onEdit={onEdit} onDelete={confirmation.open} />
      <ConfirmModal
        isOpen={isConfirming}
        onClose={confirmation.close}
        title={t('rooms.message.deleteTitle')}
        body={t('rooms.message.deleteBody')}
        confirmLabel={t('rooms.message.delete')}
        onConfirm={remove}
      />
    </div>
  );
}

interface MessageMenuProps {
  message: RoomMessageView;
  onEdit: (() => void) | undefined;
  onDelete: () => void;
}

function MessageMenu({ message, onEdit, onDelete }: MessageMenuProps): ReactElement {
  const { t } = useTranslation();
  const { room, reader, bar, pins, actions } = useRoomScene();
  const attempt = useAttempt();
  const isPinned = pins.has(message.id);
  const name = message.authorId === null ? t('rooms.message.agent') : message.authorName;
  const change = isPinned ? actions.unpin : actions.pin;
  const changePin = () => void attempt(() => change(message.id));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t('rooms.message.actions', { name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {message.text !== '' && (
          <Menu.Item
            leftSection={<IconCopy size={16} />}
            onClick={() => void navigator.clipboard?.writeText(message.text)}
          >
            {t('rooms.message.copy')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconLink size={16} />}
          onClick={() => void navigator.clipboard?.writeText(addressOf(message))}
        >
          {t('rooms.message.copyLink')}
        </Menu.Item>
        {room.archivedAt === null && mayModerate(reader) && (
          <Menu.Item
            leftSection={isPinned ? <IconPinnedOff size={16} /> : <IconPin size={16} />}
            onClick={changePin}
          >
            {t(isPinned ? 'rooms.message.unpin' : 'rooms.message.pin')}
          </Menu.Item>
        )}
        {bar === null && onEdit !== undefined && mayEdit(reader, message) && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            {t('rooms.message.edit')}
          </Menu.Item>
        )}
        {mayDelete(reader, message) && (
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={onDelete}>
            {t('rooms.message.delete')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Where the room shows the message, for whoever is in it. */
function addressOf({ seq, threadOf }: RoomMessageView): string {
  const { origin, pathname } = window.location;
  const place = threadOf === null ? `at=${seq}` : `thread=${threadOf}&reply=${seq}`;
  return `${origin}${pathname}?${place}`;
}
