import {
  type ConversationView,
  type WhenBusy,
  whenBusySchema,
  type WhenWaiting,
  whenWaitingSchema,
} from '@aura/contract';
import { useUpdateConversation } from '@aura/client/react';
import { ActionIcon, Popover, Radio, Stack, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import classes from './live-conversation.module.css';

interface Settings {
  whenBusy?: WhenBusy;
  whenWaiting?: WhenWaiting;
}

/** What becomes of messages that are sent while the agent works or waits. Kept on the server, for this conversation. */
export function ConversationSettings({ conversation }: { conversation: ConversationView }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [isOpen, panel] = useDisclosure(false);
  const update = useUpdateConversation();
  const [wanted, setWanted] = useState<{ from: ConversationView; values: Settings } | null>(null);
  // What was chosen shows at once, until the conversation's next state says what holds; a failure takes it back.
  const chosen = { ...conversation, ...(wanted?.from === conversation ? wanted.values : {}) };
  const change = (values: Settings) => {
    setWanted({ from: conversation, values });
    update.mutate(
      { conversationId: conversation.id, ...values },
      {
        onError(err) {
          setWanted(null);
          notifications.show({ color: 'red', message: errorText(err) });
        },
      },
    );
  };
  return (
    <Popover
      opened={isOpen}
      onChange={panel.toggle}
      onDismiss={panel.close}
      position="bottom-end"
      width={328}
      trapFocus
      returnFocus
      radius="lg"
      shadow="lg"
    >
      <Popover.Target>
        <Tooltip label={t('conversation.settings')} disabled={isOpen}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={panel.toggle}
            aria-label={t('conversation.settings')}
          >
            <IconAdjustmentsHorizontal size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('conversation.settings')} className={classes.settings}>
        <Radio.Group
          size="sm"
          label={t('conversation.whenBusy')}
          value={chosen.whenBusy}
          onChange={(value) => change({ whenBusy: whenBusySchema.parse(value) })}
        >
          <Stack gap="xs" mt="xs">
            {whenBusySchema.options.map((value) => (
              <Radio
                key={value}
                size="sm"
                value={value}
                label={t(`conversation.whenBusyChoices.${value}.label`)}
                description={t(`conversation.whenBusyChoices.${value}.text`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group
          size="sm"
          label={t('conversation.whenWaiting')}
          value={chosen.whenWaiting}
          onChange={(value) => change({ whenWaiting: whenWaitingSchema.parse(value) })}
        >
          <Stack gap="xs" mt="xs">
            {whenWaitingSchema.options.map((value) => (
              <Radio
                key={value}
                size="sm"
                value={value}
                label={t(`conversation.whenWaitingChoices.${value}.label`)}
                description={t(`conversation.whenWaitingChoices.${value}.text`)}
              />
            ))}
          </Stack>
        </Radio.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
