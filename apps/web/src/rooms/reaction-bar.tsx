import type { ReactionView, RoomMessageView } from '@aura/contract';
import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconMoodPlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { EmojiPicker } from './emoji-picker.tsx';
import classes from './reaction-bar.module.css';
import { useRoomScene } from './room-context.ts';
import { mayTakeBack } from './room-rights.ts';
import { useReact } from './use-react.ts';

/** Who answered a message with what. */
export function ReactionBar({ message }: { message: RoomMessageView }): ReactElement | null {
  const { t } = useTranslation();
  const { bar } = useRoomScene();
  const react = useReact(message);
  if (message.reactions.length === 0) return null;
  return (
    <div className={classes.root}>
      {message.reactions.map((reaction) => (
        <Reaction key={reaction.emoji} reaction={reaction} onToggle={() => react(reaction.emoji)} />
      ))}
      {bar === null && (
        <EmojiPicker onChoose={react}>
          {(open) => (
            <UnstyledButton
              className={classes.reaction}
              data-add
              onClick={open}
              aria-label={t('rooms.reactions.add')}
            >
              <IconMoodPlus size={15} aria-hidden />
            </UnstyledButton>
          )}
        </EmojiPicker>
      )}
    </div>
  );
}

interface ReactionProps {
  reaction: ReactionView;
  onToggle: () => void;
}

function Reaction({ reaction: { emoji, userIds }, onToggle }: ReactionProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { members, reader, bar } = useRoomScene();
  const isMine = userIds.includes(reader.userId);
  const canToggle = isMine ? mayTakeBack(bar) : bar === null;
  const label = canToggle ? (isMine ? 'yours' : 'others') : 'count';
  const known = members.filter(({ userId }) => userIds.includes(userId));
  const names = new Intl.ListFormat(i18n.language).format(known.map(({ name }) => name));
  return (
    <Tooltip label={t('rooms.reactions.names', { names, emoji })} disabled={names === ''} multiline maw={280}>
      <UnstyledButton
        className={classes.reaction}
        data-mine={isMine}
        aria-pressed={isMine}
        // Not `disabled`: who reacted can still be looked up.
        aria-disabled={!canToggle}
        aria-label={t(`rooms.reactions.${label}`, { emoji, count: userIds.length })}
        onClick={canToggle ? onToggle : undefined}
      >
        <span>{emoji}</span>
        <span className={classes.count}>{userIds.length}</span>
      </UnstyledButton>
    </Tooltip>
  );
}
