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
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import classes from './live-conversation.module.css';

/** What becomes of messages that are sent while the agent works or waits. Kept on the server, for this conversation. */
export function ConversationSettings({ conversation }: { conversation: ConversationView }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [isOpen, panel] = useDisclosure(false);
  const update = useUpdateConversation();
  // What was chosen shows at once; the event that follows says the same, and a failure takes it back.
  const chosen = update.isPending ? { ...conversation, ...update.variables } : conversation;
  const change = (values: { whenBusy?: WhenBusy; whenWaiting?: WhenWaiting }) =>
    update.mutate(
      { conversationId: conversation.id, ...values },
      { onError: (err) => void notifications.show({ color: 'red', message: errorText(err) }) },
    );
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
        <Tooltip label={t('conversation.settings')}>
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
                size="xs"
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
                size="xs"
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
