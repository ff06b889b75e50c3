import { Popover, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EMOJIS } from './emojis.ts';
import classes from './reaction-bar.module.css';

interface EmojiPickerProps {
  /** The button that opens it. */
  children: (open: () => void) => ReactNode;
  onChoose: (emoji: string) => void;
}

export function EmojiPicker({ children, onChoose }: EmojiPickerProps): ReactElement {
  const { t } = useTranslation();
  const [isOpen, panel] = useDisclosure(false);
  return (
    <Popover
      opened={isOpen}
      onChange={panel.toggle}
      onDismiss={panel.close}
      position="top-end"
      trapFocus
      returnFocus
      radius="lg"
      shadow="lg"
    >
      <Popover.Target>{children(panel.toggle)}</Popover.Target>
      <Popover.Dropdown aria-label={t('rooms.reactions.choose')} p={6}>
        <div className={classes.grid}>
          {EMOJIS.map((emoji) => (
            <UnstyledButton
              key={emoji}
              className={classes.choice}
              aria-label={t('rooms.reactions.with', { emoji })}
              onClick={() => {
                panel.close();
                onChoose(emoji);
              }}
            >
              {emoji}
            </UnstyledButton>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
