import { IconBulb } from '@tabler/icons-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Disclosure } from './disclosure.tsx';
import { Shimmer } from './shimmer.tsx';
import classes from './thought-item.module.css';

/** What the model thought: its newest lines while it thinks, folded away once it is done. */
export function ThoughtItem({ text, isLive }: { text: string; isLive: boolean }): ReactElement {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<boolean | null>(null);
  const isOpen = choice ?? isLive;
  const boxRef = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (isLive && boxRef.current !== null) boxRef.current.scrollTop = boxRef.current.scrollHeight;
  });

  return (
    <Disclosure
      icon={<IconBulb size={16} aria-hidden />}
      label={isLive ? <Shimmer>{t('conversation.thinking')}</Shimmer> : t('conversation.thought')}
      isOpen={isOpen}
      onToggle={() => setChoice(!isOpen)}
    >
      <div ref={boxRef} className={classes.text} data-live={isLive}>
        {text}
      </div>
    </Disclosure>
  );
}
