import { randomUUID } from 'node:crypto';
import { type AgentSubscriber, HttpAgent } from '@ag-ui/client';
import { type Event, EventType, type Interrupt, type ResumeEntry } from '@ag-ui/core';
import { EventSchema } from '@ag-ui/core/schemas';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { TestServer } from '../../testing/test-server.ts';

/** The protocol's own client, which checks every stream against the protocol. */
export interface TestAgent {
  agent: HttpAgent;
  threadId: string;
  /** Says something, or answers interrupts; gives what came, up to the last event. */
  run(options?: {
    text?: string;
    runId?: string;
    resume?: ResumeEntry[];
    onEvent?: (event: Event) => void;
  }): Promise<Event[]>;
}

export async function createTestAgent(
  test: TestServer,
  { ctx }: TestCaller,
  { threadId = randomUUID() }: { threadId?: string } = {},
): Promise<TestAgent> {
  const headers = { authorization: `Bearer ${await test.tokenOf(ctx.caller)}` };
  const agent = new HttpAgent({ url: `${test.server.url}/ag-ui`, threadId, headers });
  return {
    agent,
    threadId,
    async run({ text, runId = randomUUID(), resume, onEvent } = {}) {
      const events: Event[] = [];
      const subscriber: AgentSubscriber = {
        onEvent({ event }) {
          const checked = EventSchema.parse(event);
          events.push(checked);
          onEvent?.(checked);
        },
      };
      if (text !== undefined) agent.addMessage({ id: randomUUID(), role: 'user', content: text });
      await agent.runAgent({ runId, ...(resume !== undefined && { resume }) }, subscriber);
      return events;
    },
  };
}

export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);

/** What the run waits for; fails when it does not. */
export function interruptsOf(events: readonly Event[]): Interrupt[] {
  const last = events.at(-1);
  if (last?.type !== EventType.RUN_FINISHED || last.outcome?.type !== 'interrupt') {
    throw new Error(`the run was not interrupted: ${JSON.stringify(last)}`);
  }
  return last.outcome.interrupts;
}

/** The answer to an interrupt. */
export const answering = (interrupt: Interrupt | undefined, payload: object): ResumeEntry => ({
  interruptId: interrupt?.id ?? 'none',
  status: 'resolved',
  payload,
});

export const abandoning = (interrupt: Interrupt | undefined): ResumeEntry => ({
  interruptId: interrupt?.id ?? 'none',
  status: 'cancelled',
});

/** What the client shows, tool calls and results among it. */
export const shownBy = ({ agent }: TestAgent): object[] =>
  agent.messages.map((message) => {
    switch (message.role) {
      case 'assistant': {
        const { role, content, toolCalls } = message;
        return toolCalls === undefined
          ? { role, content }
          : { role, calls: toolCalls.map(({ function: call }) => `${call.name} ${call.arguments}`) };
      }
      case 'user':
      case 'tool':
      case 'reasoning':
      case 'system':
      case 'developer':
      case 'activity': {
        const { role, content } = message;
        return { role, content };
      }
    }
  });
