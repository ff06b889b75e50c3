import type { PersonView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';

export interface FoundPeople {
  people: readonly PersonView[];
  status: 'pending' | 'error' | 'success';
}

const TYPING_MS = 150;

/** People of the workspace whose name or e-mail address fits what is being typed. */
export function useFoundPeople(text: string, notInRoomId: string | undefined): FoundPeople {
  const client = useAura();
  const [query] = useDebouncedValue(text.trim(), TYPING_MS);
  const { data, status } = useQuery({
    queryKey: ['people', notInRoomId ?? null, query],
    queryFn: ({ signal }) =>
      client.chat.findPeople.query(
        { query, ...(notInRoomId === undefined ? {} : { notInRoomId }) },
        { signal },
      ),
    retry: false,
    placeholderData: (previous) => previous,
  });
  return { people: data?.people ?? [], status };
}
