import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../app/logo.tsx';
import { PersonAvatar } from './person-avatar.tsx';
import classes from './room-composer.module.css';
import type { Mentions } from './use-mentions.ts';

/** Over the composer: who can be named. The focus stays in the text; arrows, Enter and Tab choose. */
export function MentionPicker({ mentions }: { mentions: Mentions }): ReactElement {
  const { t } = useTranslation();
  const { listId, choices, activeIndex, choose } = mentions;
  return (
    <>
      <output className="visually-hidden">
        {choices.length > 0 && t('rooms.composer.mentionCount', { count: choices.length })}
      </output>
      {choices.length > 0 && (
        <div
          id={listId}
          // The real elements take the focus, which stays in the text.
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          role="listbox"
          aria-label={t('rooms.composer.mentionList')}
          className={classes.mentions}
        >
          {choices.map(({ userId, name }, index) => (
            // The keys are the field's, which has the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={userId}
              id={`${listId}-${index}`}
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
              role="option"
              aria-selected={index === activeIndex}
              className={classes.mention}
              // Before the field could lose the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(index)}
            >
              {userId === 'agent' ? <Logo size={22} /> : <PersonAvatar name={name} size={22} />}
              <span className={classes.mentionName}>{name}</span>
              {userId === 'agent' && (
                <span className={classes.mentionHint}>{t('rooms.composer.agentHint')}</span>
              )}
            </div>
          ))}
        </div>
      )}
    </>
  );
}
