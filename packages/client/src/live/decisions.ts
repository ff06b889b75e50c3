import type { ApprovalChoice, ApprovalView, Approvers, Json } from '@aura/contract';
import { type AuraError, toAuraError } from '../aura-error.ts';
import { newClientId } from '../client-id.ts';
import type { AuraClient } from '../create-aura-client.ts';
import { createStore, type ReadableStore } from '../store.ts';

/** What the user is doing about one approval. Nothing is kept of what succeeded: its event tells. */
export type DecisionState =
  | { status: 'sending'; choice: ApprovalChoice | 'delegate' }
  | {
      status: 'failed';
      choice: ApprovalChoice | 'delegate';
      /** `decision` of it tells a loser how it ended, when and by whom. */
      error: AuraError;
    };

/** Which approval, and the hash of the arguments that the person saw. */
export type Asked = Pick<ApprovalView, 'id' | 'argsHash'>;

/**
 * Each answers true when the server has it, false when it failed (`decisions` says why) or one is on its way already.
 * Never rejects. A call without an answer is repeated: a decision with the same clientId counts once.
 */
export interface DecisionActions {
  /** Lets it be executed: as it stands, or with `editedArgs` instead. */
  approve: (asked: Asked, options?: { editedArgs?: Json; note?: string }) => Promise<boolean>;
  /** The reason is told to the model. */
  reject: (asked: Asked, reason?: string) => Promise<boolean>;
  /** Gives the result, or answers the question, instead of the tool. */
  respond: (asked: Asked, answer: Json) => Promise<boolean>;
  /** Lets others decide. */
  delegate: (asked: Asked, approvers: Approvers) => Promise<boolean>;
  /** Forgets that a decision failed. */
  dismiss: (approvalId: string) => void;
}

/** By approval id. */
export type DecisionsById = ReadonlyMap<string, DecisionState>;
export interface Decisions extends ReadableStore<DecisionsById>, DecisionActions {}

/** The decisions of one identity that are on their way or failed, shared by all views. */
export function createDecisions(client: AuraClient): Decisions {
  const store = createStore<DecisionsById>(new Map());
  const put = (id: string, state: DecisionState | null) => {
    const next = new Map(store.get());
    if (state === null) next.delete(id);
    else next.set(id, state);
    store.set(next);
  };
  const lastTries = new Map<string, { wanted: string; clientId: string }>();
  /** The same for the same decision, so that trying again after a failure cannot count against oneself. */
  const clientIdOf = (id: string, decision: unknown): string => {
    const wanted = JSON.stringify(decision);
    const last = lastTries.get(id);
    if (last?.wanted === wanted) return last.clientId;
    const clientId = newClientId();
    lastTries.set(id, { wanted, clientId });
    return clientId;
  };
  const attempt = async (
    { id }: Asked,
    choice: DecisionState['choice'],
    call: () => Promise<unknown>,
  ): Promise<boolean> => {
    if (store.get().get(id)?.status === 'sending') return false;
    put(id, { status: 'sending', choice });
    try {
      await call();
      lastTries.delete(id);
      put(id, null);
      return true;
    } catch (err) {
      put(id, { status: 'failed', choice, error: toAuraError(err) });
      return false;
    }
  };
  const { hitl } = client;
  return {
    get: store.get,
    subscribe: store.subscribe,
    approve(asked, options = {}) {
      const choice = options.editedArgs === undefined ? 'approve' : 'edit';
      const input = { approvalId: asked.id, argsHash: asked.argsHash, ...options };
      const clientId = clientIdOf(asked.id, [choice, input]);
      return attempt(asked, choice, () => hitl.approve.mutate({ ...input, clientId }));
    },
    reject(asked, reason) {
      const input = {
        approvalId: asked.id,
        argsHash: asked.argsHash,
        ...(reason === undefined ? {} : { reason }),
      };
      const clientId = clientIdOf(asked.id, ['reject', input]);
      return attempt(asked, 'reject', () => hitl.reject.mutate({ ...input, clientId }));
    },
    respond(asked, answer) {
      const input = { approvalId: asked.id, argsHash: asked.argsHash, answer };
      const clientId = clientIdOf(asked.id, ['respond', input]);
      return attempt(asked, 'respond', () => hitl.respond.mutate({ ...input, clientId }));
    },
    // Not repeated by itself: after the first the caller may have no say any more, and would be told so.
    delegate: (asked, approvers) =>
      attempt(asked, 'delegate', () => hitl.delegate.mutate({ approvalId: asked.id, approvers })),
    dismiss: (approvalId) => put(approvalId, null),
  };
}
