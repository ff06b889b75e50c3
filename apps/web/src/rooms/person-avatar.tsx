import { Avatar, Indicator } from '@mantine/core';
import type { ReactElement } from 'react';

interface PersonAvatarProps {
  name: string;
  size?: number;
  /** Left out: it is of no interest here. */
  isOnline?: boolean;
}

/** Somebody's initials; pictures live on other sites, which would hear who reads what. */
export function PersonAvatar({ name, size = 34, isOnline }: PersonAvatarProps): ReactElement {
  return (
    <Indicator
      disabled={isOnline === undefined}
      color={isOnline === true ? 'var(--aura-accent)' : 'var(--aura-line-strong)'}
      position="bottom-end"
      size={10}
      offset={4}
      withBorder
      data-online={isOnline}
    >
      <Avatar size={size} radius="md" name={name} color="initials" aria-hidden />
    </Indicator>
  );
}
