// Compiled by `tsc -b`, never run: what a program gets to know from `@aura/client` alone.
import type {
  ApprovalStatus,
  ConversationFeedEvent,
  ConversationState,
  IdentityView,
  ModelView,
  RunFeedEvent,
  SendMessageOutput,
} from '@aura/contract';
import { expectTypeOf, test } from 'vitest';
import {
  type AuraClient,
  type AuraError,
  type AuraErrorCode,
  createAuraClient,
  type SessionState,
} from '../src/index.ts';
import {
  type ApprovalInbox,
  type LiveConversation,
  type LiveRun,
  useApprovals,
  useConversation,
  useRun,
  type useSession,
} from '../src/react/index.ts';

declare const client: AuraClient;

test('inputs', () => {
  expectTypeOf(createAuraClient).parameter(0).toHaveProperty('url').toEqualTypeOf<string>();
  expectTypeOf(client.conversation.send.mutate)
    .parameter(0)
    .toMatchTypeOf<{ conversationId: string; text: string; clientId: string }>();
  // @ts-expect-error -- a message needs its clientId
  void client.conversation.send.mutate({ conversationId: '', text: '' });
  // @ts-expect-error -- there is no such procedure
  void client.conversation.shout.mutate({});
  // @ts-expect-error -- a query is not a mutation
  void client.auth.me.mutate();
});

test('outputs', () => {
  expectTypeOf(client.auth.me.query()).resolves.toEqualTypeOf<IdentityView>();
  expectTypeOf(client.conversation.send.mutate).returns.resolves.toEqualTypeOf<SendMessageOutput>();
  expectTypeOf(client.agent.models.query()).resolves.toEqualTypeOf<ModelView[]>();
  expectTypeOf(client.conversation.get.query).returns.resolves.toEqualTypeOf<{
    state: ConversationState;
    cursor: string;
  }>();
});

test('events arrive as their union, with the cursor', () => {
  const feed = client.conversation.events.subscribe({ conversationId: '' });
  type Item = typeof feed extends AsyncIterable<infer I> ? I : never;
  expectTypeOf<Item>().toEqualTypeOf<{ id: string; data: ConversationFeedEvent }>();
  client.agent.events.subscribe(
    { runId: '' },
    { onData: ({ data }) => expectTypeOf(data).toEqualTypeOf<RunFeedEvent>() },
  );
});

test('a call hands its run to the next without a check', async () => {
  const { conversation } = await client.conversation.create.mutate({ clientId: '' });
  const { runId } = await client.conversation.send.mutate({
    conversationId: conversation.id,
    clientId: '',
    text: '',
  });
  for await (const { data } of client.agent.events.subscribe({ runId })) {
    if (data.type === 'content_delta') expectTypeOf(data.data.delta).toEqualTypeOf<string>();
  }
});

test('an event narrows by its type', () => {
  const read = (event: ConversationFeedEvent) => {
    if (event.type === 'content_delta') expectTypeOf(event.data.delta).toEqualTypeOf<string>();
    if (event.type === 'reset') expectTypeOf(event.data.state).toEqualTypeOf<ConversationState>();
    // @ts-expect-error -- not every event has a delta
    void event.data.delta;
  };
  void read;
});

test('a switch that forgets an event does not compile', () => {
  const assertNever = (value: never): never => value;
  const label = (event: RunFeedEvent): string => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the point of this test
    switch (event.type) {
      case 'run_created':
      case 'run_started':
      case 'thought':
      case 'plan_step':
      case 'plan_step_update':
      case 'tool_execution':
      case 'hitl':
      case 'hitl_resolved':
      case 'run_waiting':
      case 'content_delta':
      case 'content':
      case 'timeline_step_update':
      case 'error':
      case 'reset':
        return event.type;
      default:
        // @ts-expect-error -- `done` is not handled
        return assertNever(event);
    }
  };
  void label;
});

test('a decision needs the hash of what was seen, and a loser learns who won', () => {
  expectTypeOf<AuraError['decision']>().toExtend<
    { status: ApprovalStatus; decidedBy: string | null } | undefined
  >();
  // @ts-expect-error -- without the hash a decision could be about anything
  void client.hitl.approve.mutate({ approvalId: '' });
  expectTypeOf(useApprovals).returns.toEqualTypeOf<ApprovalInbox>();
  expectTypeOf(useRun).returns.toEqualTypeOf<LiveRun>();
});

test('the session and the hooks are unions to switch on', () => {
  const name = (session: SessionState): string => {
    switch (session.status) {
      case 'loading':
        return '';
      case 'signedOut':
        return session.reason ?? '';
      case 'signedIn':
        return session.identity.user.email;
    }
  };
  expectTypeOf(name).returns.toEqualTypeOf<string>();
  expectTypeOf(useConversation).returns.toEqualTypeOf<LiveConversation>();
  expectTypeOf<Extract<ReturnType<typeof useSession>, { status: 'signedIn' }>>()
    .toHaveProperty('identity')
    .toEqualTypeOf<IdentityView>();
  expectTypeOf<'NETWORK' | 'UNKNOWN_OUTCOME' | 'NOT_FOUND'>().toExtend<AuraErrorCode>();
  // @ts-expect-error -- codes are a closed union
  expectTypeOf<'SOMETHING_ELSE'>().toExtend<AuraErrorCode>();
});
