import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AddPeopleModal } from './add-people-modal.tsx';
import { BannedPeople } from './banned-people.tsx';
import { matchingPeople } from './mention-query.ts';
import { MemberRow } from './member-row.tsx';
import { useRoomScene } from './room-context.ts';
import { mayInvite, mayModerate } from './room-rights.ts';
import { SidePanel } from './side-panel.tsx';
import classes from './side-panel.module.css';

/** From here on a list is looked through by typing. */
const SEARCHED_FROM = 8;

/** Who is in the room; those who are there right now come first. */
export function MembersPanel({ online }: { online: ReadonlySet<string> }): ReactElement {
  const { t } = useTranslation();
  const { room, reader, members } = useRoomScene();
  const [query, setQuery] = useState('');
  const [isAdding, adding] = useDisclosure(false);
  const shown = useMemo(() => {
    const found = matchingPeople(members, query.trim());
    const [here, away] = [true, false].map((isHere) =>
      found
        .filter(({ userId }) => online.has(userId) === isHere)
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    );
    return [...(here ?? []), ...(away ?? [])];
  }, [members, query, online]);
  return (
    <SidePanel title={t('rooms.memberPanel.title')}>
      <div className={classes.scroller}>
        <div className={classes.tools}>
          {mayInvite(reader, room) && (
            <Button
              variant="light"
              size="sm"
              fullWidth
              leftSection={<IconUserPlus size={16} />}
              onClick={adding.open}
            >
              {t('rooms.memberPanel.add')}
            </Button>
          )}
          {members.length >= SEARCHED_FROM && (
            <TextInput
              size="sm"
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
              placeholder={t('rooms.memberPanel.search')}
              aria-label={t('rooms.memberPanel.search')}
              leftSection={<IconSearch size={16} aria-hidden />}
            />
          )}
        </div>
        {shown.length === 0 && <p className={classes.note}>{t('rooms.memberPanel.none')}</p>}
        <ul className={classes.members}>
          {shown.map((member) => (
            <MemberRow key={member.userId} member={member} isOnline={online.has(member.userId)} />
          ))}
        </ul>
        {mayModerate(reader) && <BannedPeople />}
      </div>
      <AddPeopleModal isOpen={isAdding} onClose={adding.close} />
    </SidePanel>
  );
}
