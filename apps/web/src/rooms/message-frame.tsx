import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../app/logo.tsx';
import { PersonAvatar } from './person-avatar.tsx';
import classes from './room-message.module.css';

interface MessageFrameProps {
  /** Without an id: the agent. */
  author: { id: string | null; name: string };
  /** The name stands above already. */
  isFollowing: boolean;
  isHighlighted?: boolean;
  time?: ReactNode;
  mark?: ReactNode;
  /** Made once the pointer or the focus comes: for every message at once they are most of the work of a list. */
  actions?: ReactNode;
  state?: 'sent' | 'sending' | 'failed';
  children: ReactNode;
}

/** Who said something and when, around what was said. */
export function MessageFrame(props: MessageFrameProps): ReactElement {
  const { author, isFollowing, isHighlighted = false, time, mark, actions, state = 'sent', children } = props;
  const { t } = useTranslation();
  const [wasReached, setWasReached] = useState(false);
  const reach = () => setWasReached(true);
  const rootRef = useRef<HTMLElement>(null);
  const hasFocus = useRef(false);
  // What had the focus may have gone: the actions of a message that was deleted, the field that it was edited in.
  useEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return;
    rootRef.current?.focus({ preventScroll: true });
  });
  const name = author.id === null ? t('rooms.message.agent') : author.name;
  return (
    // It reacts to nothing: it only notes that its actions may be wanted.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article
      className={classes.root}
      data-following={isFollowing}
      data-highlighted={isHighlighted}
      data-state={state}
      data-message
      ref={rootRef}
      onPointerEnter={reach}
      onFocus={() => {
        hasFocus.current = true;
        reach();
      }}
      onBlur={() => {
        hasFocus.current = false;
      }}
      // Focusable, so that the keyboard comes to the actions.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <div className={classes.side} aria-hidden={!isFollowing}>
        {isFollowing ? time : author.id === null ? <AgentAvatar /> : <PersonAvatar name={name} />}
      </div>
      <div className={classes.body}>
        {isFollowing ? (
          <h3 className="visually-hidden">{name}</h3>
        ) : (
          <header className={classes.head}>
            <h3 className={classes.name}>{name}</h3>
            <span className={classes.time}>{time}</span>
            {mark}
          </header>
        )}
        {children}
      </div>
      {wasReached && actions}
    </article>
  );
}

function AgentAvatar(): ReactElement {
  return (
    <span className={classes.agent}>
      <Logo size={22} />
    </span>
  );
}
