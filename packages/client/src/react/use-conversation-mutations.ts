import type { ConversationRef, ConversationView, PageContext, UpdateConversationInput } from '@aura/contract';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';
import type { AuraError } from '../aura-error.ts';
import { newClientId } from '../client-id.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY } from './query-keys.ts';

export interface NewConversation {
  /** The first message; without it the conversation starts empty. */
  text?: string;
  context?: PageContext;
  title?: string;
  model?: string;
}

/** Creates a conversation and answers its id. Trying the same again after a failure cannot create a second one. */
export function useCreateConversation(): UseMutationResult<string, AuraError, NewConversation> {
  const client = useAura();
  const lastTry = useRef<{ wanted: string; clientId: string } | null>(null);
  return useMutation({
    ...AURA_QUERY,
    mutationFn: async ({ text, context, title, model }: NewConversation) => {
      const input = {
        ...(text === undefined ? {} : { message: { text, ...(context === undefined ? {} : { context }) } }),
        ...(title === undefined ? {} : { title }),
        ...(model === undefined ? {} : { model }),
      };
      const wanted = JSON.stringify(input);
      if (lastTry.current?.wanted !== wanted) lastTry.current = { wanted, clientId: newClientId() };
      const { clientId } = lastTry.current;
      const { conversation } = await client.conversation.create.mutate({ ...input, clientId });
      lastTry.current = null;
      return conversation.id;
    },
  });
}

/** Renames, pins, archives, or changes the model of runs to come. Lists and views follow by their events. */
export function useUpdateConversation(): UseMutationResult<
  ConversationView,
  AuraError,
  UpdateConversationInput
> {
  const client = useAura();
  return useMutation({ ...AURA_QUERY, mutationFn: (input) => client.conversation.update.mutate(input) });
}

export function useDeleteConversation(): UseMutationResult<object, AuraError, ConversationRef> {
  const client = useAura();
  return useMutation({ ...AURA_QUERY, mutationFn: (input) => client.conversation.delete.mutate(input) });
}
