import type { ConversationRef, ConversationView, PageContext, UpdateConversationInput } from '@aura/contract';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import type { AuraError } from '../aura-error.ts';
import { useAura } from './aura-provider.ts';
import { AURA_QUERY } from './query-keys.ts';
import { useIntent } from './use-intent.ts';

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
  const intend = useIntent();
  return useMutation({
    ...AURA_QUERY,
    mutationFn: async ({ text, context, title, model }: NewConversation) => {
      const wanted = {
        ...(text === undefined ? {} : { message: { text, ...(context === undefined ? {} : { context }) } }),
        ...(title === undefined ? {} : { title }),
        ...(model === undefined ? {} : { model }),
      };
      const { conversation } = await intend(wanted, (input) => client.conversation.create.mutate(input));
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
