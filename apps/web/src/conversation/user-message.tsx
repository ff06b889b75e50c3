import { memo, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './user-message.module.css';

interface UserMessageProps {
  text: string;
  state?: 'sent' | 'sending' | 'failed';
  /** Stands under the bubble. */
  children?: ReactNode;
}

/** What a person said, as they typed it. */
export const UserMessage = memo(function UserMessage(props: UserMessageProps): ReactElement {
  const { text, state = 'sent', children } = props;
  const { t } = useTranslation();
  return (
    <article className={classes.root} data-state={state}>
      <h2 className="visually-hidden">{t('conversation.you')}</h2>
      <div className={classes.bubble}>{text}</div>
      {children}
    </article>
  );
});
