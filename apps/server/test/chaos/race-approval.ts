import type { Random } from '@aura/backend/testing';
import { type AuraClient, newClientId, toAuraError } from '@aura/client';
import type { ApprovalView, Json } from '@aura/contract';
import type { DecisionChoice, DecisionOutcome, History } from './history.ts';
import type { Person } from './people.ts';
import { pause } from './wait.ts';

export type RacedApproval = Pick<ApprovalView, 'id' | 'argsHash' | 'kind' | 'args' | 'userId'> & {
  expiresAt: string | Date;
};

interface Decider {
  client: AuraClient;
  userId: string;
  choice: DecisionChoice;
}

/** When nobody got an answer (every node was away), they all try again. */
const MAX_ROUNDS = 6;
/** One that has no longer than this is decided at the very moment it expires. */
const SOON_MS = 15_000;

/**
 * Has at least three deciders on different nodes decide differently at the same moment, and writes down what each of
 * them was told. Resolves when somebody has been told how it ended.
 */
export async function raceApproval(
  { history, random, people }: { history: History; random: Random; people: readonly Person[] },
  approval: RacedApproval,
): Promise<void> {
  const leftMs = new Date(approval.expiresAt).getTime() - Date.now();
  // People take their time, in which owners die and users write on.
  const patienceMs = random.pick([0, 0, 0, 800, 2_500]);
  await pause(leftMs < SOON_MS ? Math.max(0, leftMs - 100) : patienceMs);
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const outcomes = await Promise.all(
      chooseDeciders(approval, people, random).map(async (decider) => {
        await pause(random() * (leftMs < SOON_MS ? 200 : 30));
        return await decide(history, { approval, decider, round });
      }),
    );
    if (outcomes.some((outcome) => outcome !== 'unknown')) return;
  }
}

function chooseDeciders(approval: RacedApproval, people: readonly Person[], random: Random): Decider[] {
  const owner = people.find(({ userId }) => userId === approval.userId);
  if (owner === undefined) throw new Error('an approval of a stranger');
  const entries = random.shuffle([...owner.clients.keys()]);
  const at = (person: Person, index: number, choice: DecisionChoice): Decider => {
    const { clients, userId } = person;
    return { client: clients[entries[index] ?? 0] ?? clients[0], userId, choice };
  };
  switch (approval.kind) {
    case 'tool': {
      const others = random.shuffle(people.filter((person) => person !== owner));
      const choices = random.shuffle<DecisionChoice>(['approve', 'approve', 'edit', 'reject', 'respond']);
      const deciders = random.shuffle([owner, ...others]).slice(0, 4);
      return deciders.map((person, index) => at(person, index % entries.length, choices[index] ?? 'reject'));
    }
    case 'question':
      return [at(owner, 0, 'respond'), at(owner, 1, 'respond'), at(owner, 2, 'reject')];
    case 'unknown':
      return [
        at(owner, 0, 'reject'),
        at(owner, 1, 'respond'),
        at(owner, 2, random() < 0.3 ? 'approve' : 'reject'),
      ];
  }
}

async function decide(
  history: History,
  { approval, decider, round }: { approval: RacedApproval; decider: Decider; round: number },
): Promise<DecisionOutcome> {
  const { choice, userId } = decider;
  const editedArgs: Json = choice === 'edit' ? edited(approval.args, userId) : null;
  const entry = {
    kind: 'decision',
    approvalId: approval.id,
    approvalKind: approval.kind,
    round,
    choice,
    userId,
    editedArgs,
  } as const;
  try {
    const { status, decidedBy, decidedAt } = await call(decider, approval, editedArgs);
    history.add({ ...entry, outcome: 'won', told: { status, decidedBy, decidedAt }, code: null });
    return 'won';
  } catch (err) {
    const { code, decision } = toAuraError(err);
    const outcome = outcomeOf(code);
    history.add({ ...entry, outcome, told: decision ?? null, code });
    return outcome;
  }
}

async function call(
  { client, choice }: Decider,
  { id: approvalId, argsHash }: RacedApproval,
  editedArgs: Json,
): Promise<ApprovalView> {
  const decision = { approvalId, argsHash, clientId: newClientId() };
  switch (choice) {
    case 'approve':
      return await client.hitl.approve.mutate(decision);
    case 'edit':
      return await client.hitl.approve.mutate({ ...decision, editedArgs });
    case 'reject':
      return await client.hitl.reject.mutate({ ...decision, reason: 'not now' });
    case 'respond':
      return await client.hitl.respond.mutate({ ...decision, answer: `said ${newClientId()}` });
  }
}

function edited(args: Json, userId: string): Json {
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return args;
  return { ...args, text: `edited by ${userId}` };
}

function outcomeOf(code: string): DecisionOutcome {
  switch (code) {
    case 'APPROVAL_DECIDED':
    case 'APPROVAL_EXPIRED':
      return 'lost';
    case 'NETWORK':
    case 'UNKNOWN_OUTCOME':
    case 'UNAVAILABLE':
    case 'TIMEOUT':
      return 'unknown';
    default:
      return 'refused';
  }
}
