import { LIMITS, type PersonView } from '@aura/contract';
import { Combobox, Pill, PillsInput, useCombobox } from '@mantine/core';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../approvals/use-me.ts';
import classes from './people-picker.module.css';
import { PersonAvatar } from './person-avatar.tsx';
import { type FoundPeople, useFoundPeople } from './use-found-people.ts';

interface PeoplePickerProps {
  people: readonly PersonView[];
  onChange: (people: readonly PersonView[]) => void;
  notInRoomId?: string;
  label?: string;
}

/** Chooses people of the workspace by name or e-mail address. */
export function PeoplePicker({ people, onChange, notInRoomId, label }: PeoplePickerProps): ReactElement {
  const { t } = useTranslation();
  const me = useMe();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const { selectFirstOption } = combobox;
  const [text, setText] = useState('');
  const found = useFoundPeople(text, notInRoomId);
  // Whoever chooses is in it already.
  const chosen = new Set([me?.userId, ...people.map(({ userId }) => userId)]);
  const options = found.people.filter(({ userId }) => !chosen.has(userId));
  const firstId = text === '' ? undefined : options[0]?.userId;
  // Enter takes the first one found; it has to be on the page before it can be marked.
  useEffect(() => {
    if (firstId !== undefined) selectFirstOption();
  }, [firstId, selectFirstOption]);
  const remove = (userId: string) => onChange(people.filter((person) => person.userId !== userId));
  const choose = (userId: string) => {
    const person = options.find((option) => option.userId === userId);
    if (person !== undefined && people.length < LIMITS.inviteMax) onChange([...people, person]);
    setText('');
    // It lies over the button that comes next; typing opens it again.
    combobox.closeDropdown();
  };
  const name = label ?? t('rooms.people.label');
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal>
      <Combobox.DropdownTarget>
        <PillsInput label={name} onClick={() => combobox.openDropdown()}>
          <Pill.Group>
            <ChosenPeople people={people} onRemove={remove} />
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
                  // A name that was begun is nobody yet: the form must not go without them.
                  if (event.key === 'Enter' && text.trim() !== '') event.preventDefault();
                  const last = people.at(-1);
                  if (event.key === 'Backspace' && text === '' && last !== undefined) remove(last.userId);
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <FoundOptions options={options} status={found.status} />
    </Combobox>
  );
}

interface ChosenPeopleProps {
  people: readonly PersonView[];
  onRemove: (userId: string) => void;
}

function ChosenPeople({ people, onRemove }: ChosenPeopleProps): ReactElement[] {
  const { t } = useTranslation();
  return people.map(({ userId, name }) => (
    <Pill
      key={userId}
      withRemoveButton
      onRemove={() => onRemove(userId)}
      removeButtonProps={{ 'aria-label': t('rooms.people.remove', { name }) }}
    >
      {name}
    </Pill>
  ));
}

interface FoundOptionsProps {
  options: readonly PersonView[];
  status: FoundPeople['status'];
}

const WHEN_EMPTY = {
  pending: 'rooms.people.searching',
  error: 'rooms.people.failed',
  success: 'rooms.people.none',
} as const;

function FoundOptions({ options, status }: FoundOptionsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Combobox.Dropdown>
      <Combobox.Options mah={240} className={classes.options}>
        {options.map((person) => (
          <Combobox.Option key={person.userId} value={person.userId} className={classes.option}>
            <PersonAvatar name={person.name} size={24} />
            {person.name}
          </Combobox.Option>
        ))}
        {options.length === 0 && <Combobox.Empty>{t(WHEN_EMPTY[status])}</Combobox.Empty>}
      </Combobox.Options>
    </Combobox.Dropdown>
  );
}
