import type {
  ApprovalChoice,
  ApprovalKind,
  ApprovalStatus,
  Approvers,
  Json,
  JsonObject,
  McpToolTraits,
  McpTransport,
  PageContext,
  PolicyRule,
  Role,
  RunError,
  RunStatus,
  ToolRepeat,
  ToolRisk,
  WhenBusy,
  WhenWaiting,
} from '@aura/contract';
import type { ColumnType, Generated } from 'kysely';
import type { GatewayTables } from './gateway-tables.ts';
import type { AuthTables } from './auth-tables.ts';
import type { RoomTables } from './room-tables.ts';
import type { StepData } from './step-data.ts';

/** jsonb: read as a value, written as the text that `jsonText` makes. */
type Jsonb<T> = ColumnType<T, string, string>;
type CreatedAt = Generated<Date>;

/**
 * The tables as kysely sees them (camelCase here, snake_case in the database); migrations decide, this follows. Long,
 * because it is one list: split, nobody would see at a glance what there is. What rooms alone have is in
 * `room-tables.ts`; sessions, keys, identities and the audit log are in `auth-tables.ts` and `gateway-tables.ts`.
 */
export interface Schema extends AuthTables, GatewayTables, RoomTables {
  tenants: { id: string; slug: string; name: string; createdAt: CreatedAt };
  users: {
    id: string;
    email: string;
    passwordHash: string | null;
    nickname: string | null;
    pictureUrl: string | null;
    tier: Generated<string>;
    isActive: Generated<boolean>;
    createdAt: CreatedAt;
  };
  memberships: {
    tenantId: string;
    userId: string;
    role: Role;
    streamId: string;
    createdAt: CreatedAt;
    /** Null for who is a member: whoever asks what somebody may do must look at it. */
    removedAt: Date | null;
  };
  invitations: {
    id: string;
    tenantId: string;
    email: string;
    role: Role;
    hash: Uint8Array;
    invitedBy: string;
    createdAt: CreatedAt;
    expiresAt: Date;
    endedAt: Date | null;
    acceptedBy: string | null;
  };
  streams: {
    id: string;
    tenantId: string;
    kind: 'user' | 'conversation' | 'room';
    epoch: string;
    head: Generated<number>;
    oldest: Generated<number>;
  };
  events: {
    streamId: string;
    seq: number;
    tenantId: string;
    type: string;
    runId: string | null;
    fence: number | null;
    data: Jsonb<JsonObject>;
    at: Date;
  };
  conversations: {
    id: string;
    tenantId: string;
    userId: string;
    clientId: string;
    requestHash: string;
    title: string;
    model: string;
    isPinned: Generated<boolean>;
    isArchived: Generated<boolean>;
    activeRunId: string | null;
    whenBusy: Generated<WhenBusy>;
    whenWaiting: Generated<WhenWaiting>;
    forkedFrom: Generated<string | null>;
    /** Messages up to this place in the log are gone. */
    clearedSeq: Generated<number>;
    /** The runs and messages of the room of the same id; see `rooms`. */
    isRoom: Generated<boolean>;
    deletedAt: Date | null;
    createdAt: CreatedAt;
    updatedAt: Generated<Date>;
  };
  messages: {
    id: string;
    tenantId: string;
    conversationId: string;
    runId: string | null;
    role: 'user' | 'assistant';
    clientId: string | null;
    requestHash: string | null;
    text: string;
    context: ColumnType<PageContext | null, string | null, never>;
    isComplete: Generated<boolean>;
    inputTokens: number | null;
    outputTokens: number | null;
    /** Another answer has taken its place. */
    isSuperseded: Generated<boolean>;
    /** From here on set in rooms alone. */
    authorId: string | null;
    authorName: string | null;
    threadOf: string | null;
    mentions: Generated<string[]>;
    replyCount: Generated<number>;
    lastReplyAt: Date | null;
    editedAt: Date | null;
    deletedAt: Date | null;
    /** The event that pinned it; the latest comes first. */
    pinnedSeq: number | null;
    /** The events that hold its text. */
    revisionSeqs: Generated<number[]>;
    seq: number;
    createdAt: CreatedAt;
  };
  runs: {
    id: string;
    tenantId: string;
    conversationId: string;
    userId: string;
    messageId: string;
    model: string;
    status: RunStatus;
    fence: Generated<number>;
    owner: string | null;
    leaseUntil: Date | null;
    firstSeq: number | null;
    lastSeq: number | null;
    error: ColumnType<RunError | null, string | null, string | null>;
    inputTokens: Generated<number>;
    outputTokens: Generated<number>;
    /** Claims in a row that finished no step. */
    noProgress: Generated<number>;
    /** Time under a claim, up to the last checkpoint. */
    activeMs: Generated<number>;
    costMicros: Generated<number>;
    claimedAt: Generated<Date | null>;
    /** Strangers' text has reached the model. */
    isTainted: Generated<boolean>;
    /** The pieces of its answers have left the log. */
    isCompacted: Generated<boolean>;
    /** The run that answered the same message anew. */
    supersededBy: Generated<string | null>;
    /** In a room: the message in whose thread it was asked. */
    threadOf: Generated<string | null>;
    /** Of the call that asked for it, when that stored no message. */
    clientId: Generated<string | null>;
    requestHash: Generated<string | null>;
    createdAt: CreatedAt;
    startedAt: Date | null;
    endedAt: Date | null;
  };
  steps: {
    runId: string;
    index: number;
    tenantId: string;
    kind: StepData['kind'];
    data: Jsonb<StepData>;
    at: Generated<Date>;
  };
  approvals: {
    id: string;
    tenantId: string;
    conversationId: string;
    runId: string;
    userId: string;
    kind: ApprovalKind;
    toolCallId: string;
    toolName: string;
    toolVersion: string;
    risk: ToolRisk;
    title: string;
    args: Jsonb<Json>;
    argsHash: string;
    question: ColumnType<{ text: string; options: string[] } | null, string | null, never>;
    allowed: ApprovalChoice[];
    approverKind: Approvers['kind'];
    approverIds: Generated<string[]>;
    approverRole: Exclude<Role, 'guest'> | null;
    approverWho: Extract<Approvers, { kind: 'room' }>['who'] | null;
    status: Generated<ApprovalStatus>;
    createdAt: Date;
    expiresAt: Date;
    decidedAt: Date | null;
    decidedBy: string | null;
    decisionKey: string | null;
    reason: string | null;
    editedArgs: ColumnType<Json, string | null, string | null>;
    answer: ColumnType<Json, string | null, string | null>;
  };
  toolCalls: {
    runId: string;
    callId: string;
    tenantId: string;
    toolName: string;
    toolVersion: string;
    argsHash: string;
    repeat: ToolRepeat;
    approvalId: string | null;
    fence: number;
    attempts: Generated<number>;
    startedAt: Date;
  };
  usageEntries: {
    runId: string;
    step: number;
    attempt: number;
    tenantId: string;
    userId: string;
    conversationId: string;
    messageId: string | null;
    model: string;
    isSettled: Generated<boolean>;
    inputTokens: number;
    outputTokens: number;
    costMicros: number;
    createdAt: Date;
  };
  mcpServers: {
    id: string;
    tenantId: string;
    name: string;
    transport: McpTransport;
    url: string | null;
    command: string | null;
    args: Generated<string[]>;
    /** Name → sealed value; see `features/mcp/secret-box.ts`. */
    headers: Jsonb<Record<string, string>>;
    env: Jsonb<Record<string, string>>;
    isEnabled: boolean;
    /** By the server's name of the tool, for the version that was looked at. */
    classifications: ColumnType<
      Record<string, McpToolTraits & { version: string }>,
      string | undefined,
      string
    >;
    /** Rises when connections made so far are of no use any more. */
    revision: Generated<number>;
    createdAt: CreatedAt;
    updatedAt: Generated<Date>;
  };
  approvalPolicies: {
    tenantId: string;
    rules: Jsonb<PolicyRule[]>;
    version: number;
    updatedAt: Date;
    updatedBy: string;
  };
  memories: {
    tenantId: string;
    /** A user's id, or the tenant's own for what all of it share. */
    ownerId: string;
    /** Empty: no agent's. */
    agent: string;
    key: string;
    value: Jsonb<Json>;
    version: string;
    expiresAt: Date | null;
    createdAt: Date;
    updatedAt: Date;
  };
}
