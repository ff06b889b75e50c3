import type { ApprovalInboxEvent } from '@aura/contract';
import type { AuraClient } from '../create-aura-client.ts';
import { createNewsFeed, type News, type NewsFeed } from './news.ts';

export type ApprovalNews = News<ApprovalInboxEvent>;

/** What happens to the approvals that concern the user, by approval id. */
export function createApprovalNews(client: AuraClient): NewsFeed<ApprovalInboxEvent> {
  return createNewsFeed<ApprovalInboxEvent>({
    subscribe: (lastEventId, observer) => client.hitl.inbox.subscribe({ lastEventId }, observer),
    subjectOf: approvalIdOf,
  });
}

/** The approval that an event of the inbox is about. */
export function approvalIdOf(event: ApprovalInboxEvent): string | { reset: true } {
  switch (event.type) {
    case 'approval_changed':
      return event.data.approval.id;
    case 'reset':
      return { reset: true };
  }
}
