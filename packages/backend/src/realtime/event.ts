import type { JsonObject } from '@aura/contract';

/** What a use case says happened; the log gives it its place. */
export interface NewEvent {
  type: string;
  runId?: string;
  data: object;
}

/** A member of an event union before it has its place: the compiler checks `data` against `type`. */
export type Unplaced<E> = E extends { type: infer T; data: infer D }
  ? { type: T; runId?: string; data: D }
  : never;

/** An event in its place. Shared by every subscriber of the node: never change one. */
export interface StreamEvent {
  readonly seq: number;
  readonly type: string;
  readonly runId: string | null;
  readonly at: string;
  readonly data: JsonObject;
}

/** True for events whose transaction changed earlier ones of the stream: what is kept of those is not true any more. */
export function rewritesLog({ type }: Pick<StreamEvent, 'type'>): boolean {
  return type === 'message_deleted';
}

/** Neighbouring events of one stream that were committed together. */
export interface CommittedBatch {
  streamId: string;
  events: StreamEvent[];
}
