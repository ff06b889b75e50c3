import type { RunEvent } from '@aura/contract';
import type { ToolCall } from '../../db/step-data.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { approvalsOfRun } from '../hitl/approvals-of-run.ts';
import { type Ask, askPeople } from '../hitl/ask-people.ts';
import { judgeCalls } from '../hitl/judge-calls.ts';
import { DEFAULT_EXPIRY_SECONDS, type PolicyVerdict } from '../hitl/tool-policy.ts';
import { callApprovers, questionApprovers } from '../chat/room-deciders.ts';
import { roomStanding } from '../chat/room-standing.ts';
import { holdConversation } from '../conversation/hold-conversation.ts';
import { type CallPast, type CallState, callState } from './call-state.ts';
import type { RunSession } from './run-session.ts';
import { type AllowedCall, settleCall, shown, toolStep } from './tool-step.ts';
import { readBegunCalls } from './tool-call-store.ts';
import type { ToolSet } from './tool-registry.ts';

/**
 * Brings calls that have no result yet one step further: makes those that may be made, records those that come to
 * nothing, and asks people about the rest, all of them at once. `waits`: the run is given up until somebody decides.
 * `settled`: something happened, so look again.
 */
export async function settleCalls(
  session: RunSession,
  calls: readonly ToolCall[],
  tools: ToolSet,
): Promise<'settled' | 'waits'> {
  const pasts = await readPasts(session, calls);
  const states = calls.map((call) => ({
    call,
    state: callState(call, tools, pasts.get(call.id) ?? NOTHING),
  }));
  const { verdicts, ...people } = await judge(session, states);
  const asks: Ask[] = [];
  const unknown: Unplaced<RunEvent>[] = [];
  let isPending = false;
  for (const { call, state } of states) {
    if (session.drain.aborted || session.exceeded !== null) return 'settled';
    switch (state.kind) {
      case 'absent':
        if (await session.hasPatience()) return 'settled';
        await settleCall(session, call, { error: state.error });
        break;
      case 'fails':
        await settleCall(session, call, { error: state.error });
        break;
      case 'answered':
        await settleCall(session, call, { answer: state.answer });
        break;
      case 'allowed':
        await toolStep(session, { call, ...state });
        break;
      case 'pending':
        isPending = true;
        break;
      case 'unknown':
        unknown.push(shown(session, call, state.args, { status: 'unknown' }));
        asks.push({ ...ask('unknown', call, state), ...deciders(verdicts.get(call.id), people.forCalls) });
        break;
      case 'unasked': {
        const verdict = verdicts.get(call.id) ?? { action: 'deny' };
        if (verdict.action === 'deny') {
          await settleCall(session, call, {
            error: `The policy of this workspace forbids ${call.name} here.`,
          });
        } else if (state.tool.ask !== undefined) {
          asks.push({ ...ask('question', call, state), ...people.forQuestions });
        } else if (verdict.action === 'ask') {
          asks.push({ ...ask('tool', call, state), ...deciders(verdict, people.forCalls) });
        } else {
          await toolStep(session, { call, ...state, approvalId: null });
        }
      }
    }
  }
  if (asks.length === 0 && !isPending) return 'settled';
  return await waitFor(session, { asks, unknown, calls });
}

const NOTHING: CallPast = { asked: null, begun: null };
type Deciders = Pick<Ask, 'approvers' | 'expiresInSeconds'>;
const inUsualTime = (approvers: Ask['approvers']): Deciders => ({
  approvers,
  expiresInSeconds: DEFAULT_EXPIRY_SECONDS,
});

/** Making a call again is decided by whoever decides about making it. */
function deciders(verdict: PolicyVerdict | undefined, otherwise: Deciders): Deciders {
  if (verdict?.action !== 'ask') return otherwise;
  const { approvers, expiresInSeconds } = verdict;
  return { approvers, expiresInSeconds };
}

const ask = (
  kind: Ask['kind'],
  { id: toolCallId }: ToolCall,
  { tool, args, insteadOf }: Pick<AllowedCall, 'tool' | 'args'> & Pick<Ask, 'insteadOf'>,
): Pick<Ask, 'kind' | 'toolCallId' | 'tool' | 'args' | 'insteadOf'> => ({
  kind,
  toolCallId,
  tool,
  args,
  insteadOf,
});

/** What earlier claims have left of these calls. A call of this claim's own answer has no past. */
async function readPasts(
  session: RunSession,
  calls: readonly ToolCall[],
): Promise<ReadonlyMap<string, CallPast>> {
  if (session.isFirstLook(calls)) return new Map();
  const { core, run, place } = session;
  return await withTransaction({ ...core, caller: place }, async ({ db }) => {
    const asked = new Map((await approvalsOfRun(db, run)).map((row) => [row.toolCallId, row]));
    const begun = await readBegunCalls(db, run);
    return new Map(
      calls.map(({ id }) => [id, { asked: asked.get(id) ?? null, begun: begun.get(id) ?? null }]),
    );
  });
}

interface Judged {
  verdicts: Map<string, PolicyVerdict>;
  /** Who is asked where policy names nobody. */
  forCalls: Deciders;
  forQuestions: Deciders;
}

async function judge(
  session: RunSession,
  states: readonly { call: ToolCall; state: CallState }[],
): Promise<Judged> {
  const unasked = states.flatMap(({ call, state }) =>
    state.kind === 'unasked' || state.kind === 'unknown' ? [{ call, ...state }] : [],
  );
  if (unasked.length === 0) return judged(new Map(), null);
  const { core, run, place } = session;
  const code = core.approvalPolicy;
  return await withTransaction({ ...core, caller: place }, async ({ db }) => {
    const verdicts = await judgeCalls(db, run, { code, calls: unasked });
    return judged(
      new Map(unasked.map(({ call }, index) => [call.id, verdicts[index] ?? { action: 'deny' }])),
      await roomStanding(db, run),
    );
  });
}

function judged(verdicts: Judged['verdicts'], room: Parameters<typeof callApprovers>[0]): Judged {
  return {
    verdicts,
    forCalls: inUsualTime(callApprovers(room)),
    forQuestions: inUsualTime(questionApprovers(room)),
  };
}

/**
 * Asks and gives the run up in one transaction, unless what was pending has been decided in the meantime: a decision
 * that found the run working leaves it to its owner to see it.
 */
async function waitFor(
  session: RunSession,
  {
    asks,
    unknown,
    calls,
  }: { asks: readonly Ask[]; unknown: Unplaced<RunEvent>[]; calls: readonly ToolCall[] },
): Promise<'settled' | 'waits'> {
  const { core, run, place } = session;
  const settled = new Set(session.steps.flatMap((step) => (step.kind === 'tool' ? [step.toolCallId] : [])));
  const open = new Set(calls.map(({ id }) => id).filter((id) => !settled.has(id)));
  for (const { toolCallId } of asks) open.delete(toolCallId);
  return await withTransaction({ ...core, caller: place }, async (tx) => {
    await holdConversation(tx, place);
    await session.keepClaim(tx, { hasProgress: true });
    const pending = (await approvalsOfRun(tx.db, run)).filter(({ status }) => status === 'pending');
    const stillOpen = pending.filter(({ toolCallId }) => open.has(toolCallId));
    if (stillOpen.length < open.size) return 'settled';
    const asked = await askPeople(tx, core, { run, asks });
    const approvalIds = [...stillOpen.map(({ id }) => id), ...asked.approvals.map(({ id }) => id)];
    const waiting: Unplaced<RunEvent> = { type: 'run_waiting', runId: run.id, data: { approvalIds } };
    await session.wait(tx, { events: [...unknown, ...asked.events, waiting], notices: asked.notices });
    return 'waits';
  });
}
