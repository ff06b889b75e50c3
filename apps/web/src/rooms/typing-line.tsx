import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './live-room.module.css';
import { useRoomScene } from './room-context.ts';

/** Who is typing. It has its place whether or not anybody is: nothing moves. */
export function TypingLine({ typing }: { typing: ReadonlySet<string> }): ReactElement {
  const { t } = useTranslation();
  const { members } = useRoomScene();
  const names = members.filter(({ userId }) => typing.has(userId)).map(({ name }) => name);
  const [name = '', other = ''] = names;
  return (
    <output className={classes.typing} data-typing={names.length > 0}>
      {names.length > 0 && (
        <>
          <span className={classes.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {names.length === 1 && t('rooms.typing.one', { name })}
          {names.length === 2 && t('rooms.typing.two', { name, other })}
          {names.length > 2 && t('rooms.typing.many')}
        </>
      )}
    </output>
  );
}
