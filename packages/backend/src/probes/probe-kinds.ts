import type { Json } from '@aura/contract';

/** What there is to know of somebody: an id, a name or a cursor of each kind, all of which really exist. */
export type ProbeKind =
  | 'apiKey'
  | 'approval'
  | 'argsHash'
  | 'attachment'
  | 'checkpoint'
  | 'clientId'
  | 'conversation'
  | 'conversationMessage'
  | 'cursor'
  | 'invitation'
  | 'mcpName'
  | 'mcpServer'
  | 'memoryKey'
  | 'memoryVersion'
  | 'page'
  | 'postId'
  | 'room'
  | 'roomMessage'
  | 'run'
  | 'session'
  | 'tenant'
  | 'tenantMemoryKey'
  | 'tenantMemoryVersion'
  | 'tenantPage'
  | 'user'
  | 'word';

/** Everyone in a tenant may know these of each other. */
export const KNOWN_IN_TENANT: ReadonlySet<ProbeKind> = new Set<ProbeKind>([
  'invitation',
  'mcpName',
  'mcpServer',
  'tenant',
  'tenantMemoryKey',
  'tenantMemoryVersion',
  'tenantPage',
  'user',
]);

const KINDS: Readonly<Record<string, ProbeKind>> = {
  actorId: 'user',
  apiKeyId: 'apiKey',
  approvalId: 'approval',
  argsHash: 'argsHash',
  attachmentId: 'attachment',
  attachmentIds: 'attachment',
  checkpointId: 'checkpoint',
  clientId: 'clientId',
  conversationId: 'conversation',
  ifVersion: 'memoryVersion',
  invitationId: 'invitation',
  key: 'memoryKey',
  lastEventId: 'cursor',
  mentions: 'user',
  notInRoomId: 'room',
  page: 'page',
  postId: 'postId',
  prefix: 'memoryKey',
  query: 'word',
  roomId: 'room',
  runId: 'run',
  serverId: 'mcpServer',
  sessionId: 'session',
  tenantId: 'tenant',
  threadOf: 'roomMessage',
  userId: 'user',
  userIds: 'user',
};

/** What the other fields hold, by their names. They name nothing that is somebody's. */
const SAMPLES: Readonly<Record<string, Json>> = {
  action: 'auth.login',
  activeApp: 'probe',
  actorToken: 'probe',
  actorTokenType: 'probe',
  agent: 'aura',
  args: 'probe',
  binding: 'probe',
  code: 'probe',
  command: 'true',
  emoji: '🎉',
  error: 'probe',
  format: 'json',
  groupBy: 'conversation',
  hash: '0'.repeat(64),
  issuer: 'https://issuer.example',
  itemId: 'probe',
  model: 'aura-offline',
  name: 'probe',
  nickname: 'probe',
  note: 'probe',
  op: 'exists',
  password: 'the password of a probe',
  path: '/probe',
  prompt: '#say probe',
  rawBody: '{}',
  reason: 'probe',
  refreshToken: 'probe',
  returnTo: '/app/',
  seconds: 60,
  signature: 't=1,v1=00',
  state: 'probe',
  subject: 'probe',
  subjectToken: 'probe',
  subjectTokenType: 'probe',
  text: '#say probe',
  title: 'probe',
  token: 'probe',
  tool: 'probe',
  tools: 'probe',
  topic: 'probe',
  url: 'https://mcp.example/',
  version: '1',
};

export type ProbeField =
  | { is: 'id'; kind: ProbeKind }
  /** The caller's own, as there is nothing to guess: where everybody has an account it is no secret that one exists. */
  | { is: 'email' }
  | { is: 'sample'; value: Json };

/** What a field of a procedure's input names; null when nobody has said. `scope` is that of a memory. */
export function probeFieldOf(procedure: string, name: string, scope: string | null): ProbeField | null {
  if (name === 'email') return { is: 'email' };
  if (name === 'messageId') {
    return { is: 'id', kind: procedure.startsWith('chat.') ? 'roomMessage' : 'conversationMessage' };
  }
  if (procedure.startsWith('mcp.') && name === 'name') return { is: 'id', kind: 'mcpName' };
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind !== undefined) return { is: 'id', kind: scope === 'tenant' ? ofTenant(kind) : kind };
  return Object.hasOwn(SAMPLES, name) ? { is: 'sample', value: SAMPLES[name] ?? null } : null;
}

function ofTenant(kind: ProbeKind): ProbeKind {
  if (kind === 'memoryKey') return 'tenantMemoryKey';
  if (kind === 'memoryVersion') return 'tenantMemoryVersion';
  return kind === 'page' ? 'tenantPage' : kind;
}
