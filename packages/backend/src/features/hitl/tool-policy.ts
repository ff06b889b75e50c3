import type { Approvers, ArgumentPredicate, Json, PolicyRule, Role, ToolRisk } from '@aura/contract';
import { canonicalJson } from './args-hash.ts';

/** A call that a model proposes, as policy sees it. */
export interface ProposedCall {
  tenantId: string;
  userId: string;
  /** Of the user whose run it is. */
  role: Role;
  toolName: string;
  risk: ToolRisk;
  args: Json;
  /** Strangers' text has reached the model in this conversation; in a room always. */
  isTainted: boolean;
  isInRoom: boolean;
  /** Who decides unless a rule names others: the user whose run it is, or in a room whom its rule says. */
  deciders: Approvers;
}

export type PolicyVerdict =
  | { action: 'allow' }
  | { action: 'ask'; approvers: Approvers; expiresInSeconds: number }
  | { action: 'deny' };

/** A rule in code, asked before the tenant's: null leaves it to them. Given to `createBackend`. */
export type CodePolicy = (call: ProposedCall) => PolicyVerdict | null;

export const DEFAULT_EXPIRY_SECONDS = 72 * 3_600;

/**
 * Whether a call needs a person: code decides first, then the tenant's rules in order, then the defaults: what reaches
 * outside or changes what others see needs one, and so does changing anything once strangers' text has reached the
 * model. A pure function of the call: nothing the model says can change it.
 */
export function judgeCall(
  call: ProposedCall,
  { code, rules }: { code: CodePolicy | null; rules: readonly PolicyRule[] },
): PolicyVerdict {
  const fixed = code?.(call) ?? null;
  if (fixed !== null) return fixed;
  const rule = rules.find((candidate) => fits(candidate, call));
  if (rule === undefined) return byDefault(call);
  if (rule.action !== 'ask') return { action: rule.action };
  return {
    action: 'ask',
    approvers: named(rule.approvers, call),
    expiresInSeconds: rule.expiresInSeconds ?? DEFAULT_EXPIRY_SECONDS,
  };
}

/** Where there is no room, what a rule leaves to a room's members is left to the user whose run it is. */
function named(approvers: Approvers | undefined, { isInRoom, deciders }: ProposedCall): Approvers {
  return approvers === undefined || (approvers.kind === 'room' && !isInRoom) ? deciders : approvers;
}

function byDefault({ risk, isTainted, deciders: approvers }: ProposedCall): PolicyVerdict {
  const ask: PolicyVerdict = { action: 'ask', approvers, expiresInSeconds: DEFAULT_EXPIRY_SECONDS };
  switch (risk) {
    case 'read':
      return { action: 'allow' };
    case 'write':
      return isTainted ? ask : { action: 'allow' };
    case 'external':
    case 'shared':
      return ask;
  }
}

function fits(rule: PolicyRule, call: ProposedCall): boolean {
  const { tools, risks, roles, isTainted, args = [] } = rule;
  if (tools !== undefined && !tools.some((pattern) => matchesName(pattern, call.toolName))) return false;
  if (risks !== undefined && !risks.includes(call.risk)) return false;
  if (roles !== undefined && !roles.includes(call.role)) return false;
  if (isTainted !== undefined && isTainted !== call.isTainted) return false;
  // "Always allow" must not be what an injected instruction rides on.
  const isRisky = call.risk !== 'read';
  if (rule.action === 'allow' && call.isTainted && isRisky && isTainted !== true) return false;
  return args.every((predicate) => holds(predicate, call.args));
}

function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** A comparison between things that cannot be compared does not hold. */
function holds({ path, op, value = null }: ArgumentPredicate, args: Json): boolean {
  const found = at(args, path);
  switch (op) {
    case 'exists':
      return (found !== undefined) === (value !== false);
    case 'eq':
      return isSame(found, value);
    case 'ne':
      return !isSame(found, value);
    case 'lt':
      return typeof found === 'number' && typeof value === 'number' && found < value;
    case 'lte':
      return typeof found === 'number' && typeof value === 'number' && found <= value;
    case 'gt':
      return typeof found === 'number' && typeof value === 'number' && found > value;
    case 'gte':
      return typeof found === 'number' && typeof value === 'number' && found >= value;
    case 'in':
      return Array.isArray(value) && value.some((item) => isSame(found, item));
    case 'startsWith':
      return typeof found === 'string' && typeof value === 'string' && found.startsWith(value);
    case 'contains':
      if (Array.isArray(found)) return found.some((item) => isSame(item, value));
      return typeof found === 'string' && typeof value === 'string' && found.includes(value);
  }
}

/** Whatever the order of their keys: that of a rule is the database's, that of the arguments the model's. */
const isSame = (a: Json | undefined, b: Json): boolean =>
  a !== undefined && canonicalJson(a) === canonicalJson(b);

/** What a JSON pointer (RFC 6901) points at. */
function at(value: Json, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const part of path.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (found === null || typeof found !== 'object') return undefined;
    if (Array.isArray(found)) found = /^\d+$/.test(key) ? found[Number(key)] : undefined;
    else found = Object.hasOwn(found, key) ? found[key] : undefined;
    if (found === undefined) return undefined;
  }
  return found;
}
