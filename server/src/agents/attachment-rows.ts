// Attachments as they are stored, with the names that lists and events call their targets by.

import type { PolicyTarget } from '@keytrail/shared/policy';
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Change } from '../audit/change.ts';
import type { Transaction } from '../base/db.ts';
import { agents, credentials, policies, policyAttachments, proxies } from '../base/schema.ts';

/** What a policy is attached to, with what its events call it. */
export interface AttachmentRow {
  readonly policyId: string;
  readonly policyName: string;
  readonly target: PolicyTarget;
  readonly agentName: string | null;
  readonly proxyName: string | null;
  readonly service: string | null;
  readonly label: string | null;
}

/** By kind, then name. */
export async function selectAttachments(tx: Transaction, accountId: string, which?: SQL): Promise<AttachmentRow[]> {
  const rows = await tx
    .select({
      policyId: policyAttachments.policyId,
      policyName: policies.name,
      kind: policyAttachments.targetKind,
      id: policyAttachments.targetId,
      agentName: agents.name,
      proxyName: proxies.name,
      service: credentials.service,
      label: credentials.label,
    })
    .from(policyAttachments)
    .innerJoin(
      policies,
      and(eq(policies.accountId, policyAttachments.accountId), eq(policies.id, policyAttachments.policyId)),
    )
    .leftJoin(
      agents,
      and(
        eq(policyAttachments.targetKind, 'agent'),
        eq(agents.accountId, policyAttachments.accountId),
        eq(agents.id, policyAttachments.targetId),
      ),
    )
    .leftJoin(
      credentials,
      and(
        eq(policyAttachments.targetKind, 'credential'),
        eq(credentials.accountId, policyAttachments.accountId),
        eq(credentials.id, policyAttachments.targetId),
      ),
    )
    .leftJoin(
      proxies,
      and(
        eq(policyAttachments.targetKind, 'proxy'),
        eq(proxies.accountId, policyAttachments.accountId),
        eq(proxies.id, policyAttachments.targetId),
      ),
    )
    .where(and(eq(policyAttachments.accountId, accountId), which))
    .orderBy(
      asc(policyAttachments.targetKind),
      sql`lower(coalesce(${agents.name}, ${proxies.name}, ${credentials.service} || ' ' || ${credentials.label}))`,
      asc(policyAttachments.targetId),
    );
  return rows.map(({ kind, id, ...row }) => ({ ...row, target: { kind, id } }));
}

/** The attachments of one target or of one policy, within an account. */
export function isOf(of: PolicyTarget | { policyId: string }): SQL | undefined {
  if ('policyId' in of) return eq(policyAttachments.policyId, of.policyId);
  return and(eq(policyAttachments.targetKind, of.kind), eq(policyAttachments.targetId, of.id));
}

/** What the log says of an attachment that was made or ended. */
export function toAttachmentChange(action: 'attach' | 'detach', attachment: AttachmentRow): Change {
  const { policyId, policyName, target, agentName, proxyName, service, label } = attachment;
  return {
    action,
    title: action === 'attach' ? 'Policy attached' : 'Policy detached',
    policyIds: [policyId],
    policyName,
    ...(target.kind === 'agent' ? { agentId: target.id } : {}),
    ...(agentName === null ? {} : { agentName }),
    ...(target.kind === 'proxy' ? { proxyId: target.id } : {}),
    ...(proxyName === null ? {} : { proxyName }),
    ...(target.kind === 'credential' ? { credentialId: target.id } : {}),
    ...(label === null || service === null ? {} : { credentialLabel: label, service }),
  };
}

/** What a list calls the target. */
export function toTargetName({ agentName, proxyName, service, label, target }: AttachmentRow): string {
  if (service !== null && label !== null) return `${service}: ${label}`;
  return agentName ?? proxyName ?? target.id;
}
