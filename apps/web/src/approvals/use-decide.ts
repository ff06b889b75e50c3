import type { AuraError } from '@aura/client';
import { useDecisions } from '@aura/client/react';
import type { ApprovalView, Approvers, Json } from '@aura/contract';
import { useState } from 'react';

export interface Decide {
  isSending: boolean;
  /** The server has the decision; the card closes with its event. */
  isSent: boolean;
  error: AuraError | null;
  approve: (editedArgs?: Json) => void;
  reject: (reason: string) => void;
  respond: (answer: Json) => void;
  delegate: (approvers: Approvers) => void;
}

/** Deciding one approval. `onDecide` is called when a decision goes out. */
export function useDecide(approval: ApprovalView, onDecide: () => void): Decide {
  const { decisions, approve, reject, respond, delegate } = useDecisions();
  const state = decisions.get(approval.id);
  const [isSent, setIsSent] = useState(false);
  const decide = async (sending: Promise<boolean>) => {
    onDecide();
    if (await sending) setIsSent(true);
  };
  return {
    isSending: state?.status === 'sending',
    isSent,
    error: state?.status === 'failed' ? state.error : null,
    approve: (editedArgs) =>
      void decide(editedArgs === undefined ? approve(approval) : approve(approval, { editedArgs })),
    reject: (reason) => void decide(reason === '' ? reject(approval) : reject(approval, reason)),
    respond: (answer) => void decide(respond(approval, answer)),
    delegate(approvers) {
      onDecide();
      void delegate(approval, approvers);
    },
  };
}
