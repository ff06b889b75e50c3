import type { RunItem } from '@aura/contract';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../i18n/format.ts';
import { Disclosure } from './disclosure.tsx';
import { Json } from './json.tsx';
import { Shimmer } from './shimmer.tsx';
import classes from './tool-item.module.css';
import { ToolStatusIcon } from './tool-status-icon.tsx';
import { useToolLabel } from './use-tool-label.ts';

type Tool = Extract<RunItem, { kind: 'tool' }>;

/** One call of a tool: what was called, how it went, and on demand with what and what came back. */
export function ToolItem({ item }: { item: Tool }): ReactElement {
  const { t, i18n } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const label = useToolLabel()(item.toolName);
  return (
    <Disclosure
      icon={<ToolStatusIcon status={item.status} />}
      label={item.status === 'started' ? <Shimmer>{label}</Shimmer> : label}
      meta={
        <>
          {label !== item.toolName && <code className={classes.name}>{item.toolName}</code>}
          <span className="visually-hidden">{t(`conversation.toolStatus.${item.status}`)}</span>
          {item.durationMs !== undefined && (
            <span className={classes.duration}>{formatDuration(item.durationMs, i18n.language)}</span>
          )}
        </>
      }
      isOpen={isOpen}
      onToggle={() => setIsOpen(!isOpen)}
    >
      <Json title={t('conversation.toolArguments')} value={item.args} />
      {item.result !== undefined && <Json title={t('conversation.toolResult')} value={item.result} />}
      {item.error !== undefined && <Json title={t('conversation.toolError')} value={item.error} />}
      {item.status === 'unknown' && <p className={classes.unknown}>{t('conversation.toolOutcomeUnknown')}</p>}
    </Disclosure>
  );
}
