import { LIMITS, type PersonView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { Combobox, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../approvals/use-me.ts';
import { PersonAvatar } from './person-avatar.tsx';
import classes from './people-picker.module.css';

interface PeoplePickerProps {
  people: readonly PersonView[];
  onChange: (people: readonly PersonView[]) => void;
  notInRoomId?: string;
  label?: string;
}

const TYPING_MS = 150;

/** Chooses people of the workspace by name or e-mail address. */
export function PeoplePicker({ people, onChange, notInRoomId, label }: PeoplePickerProps): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const me = useMe();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), TYPING_MS);
  const found = useQuery({
    queryKey: ['people', notInRoomId ?? null, query],
    queryFn: ({ signal }) =>
      client.chat.findPeople.query(
        { query, ...(notInRoomId === undefined ? {} : { notInRoomId }) },
        { signal },
      ),
    retry: false,
    placeholderData: (previous) => previous,
  });
  // Whoever chooses is in it already.
  const chosen = new Set([me?.userId, ...people.map(({ userId }) => userId)]);
  const options = (found.data?.people ?? []).filter(({ userId }) => !chosen.has(userId));
  const remove = (userId: string) => onChange(people.filter((person) => person.userId !== userId));
  const choose = (userId: string) => {
    const person = options.find((option) => option.userId === userId);
    if (person !== undefined && people.length < LIMITS.inviteMax) onChange([...people, person]);
    setText('');
  };
  const name = label ?? t('rooms.people.label');
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal>
      <Combobox.DropdownTarget>
        <PillsInput label={name} onClick={() => combobox.openDropdown()}>
          <Pill.Group>
            {people.map((person) => (
              <Pill
                key={person.userId}
                withRemoveButton
                onRemove={() => remove(person.userId)}
                removeButtonProps={{ 'aria-label': t('rooms.people.remove', { name: person.name }) }}
              >
                {person.name}
              </Pill>
            ))}
            <Combobox.EventsTarget>
              <PillsInput.Field
                value={text}
                placeholder={people.length === 0 ? t('rooms.people.placeholder') : ''}
                aria-label={name}
                maxLength={LIMITS.searchChars}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  combobox.openDropdown();
                  combobox.updateSelectedOptionIndex();
                }}
                onKeyDown={(event) => {
                  const last = people.at(-1);
                  if (event.key === 'Backspace' && text === '' && last !== undefined) remove(last.userId);
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options mah={240} className={classes.options}>
          {options.map((person) => (
            <Combobox.Option key={person.userId} value={person.userId} className={classes.option}>
              <PersonAvatar name={person.name} size={24} />
              {person.name}
            </Combobox.Option>
          ))}
          {options.length === 0 && (
            <Combobox.Empty>
              {found.isPending
                ? t('rooms.people.searching')
                : t(found.isError ? 'rooms.people.failed' : 'rooms.people.none')}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
