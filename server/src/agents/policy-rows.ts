// Policies as they are stored and as their owner sees them. What is stored is parsed again whenever it is read: a rule
// that this server does not understand must refuse, not vanish.

import { AppError } from '@keytrail/shared/errors';
import type { PolicySummary, Rule } from '@keytrail/shared/policy';
import { ruleList, rule as ruleSchema } from '@keytrail/shared/policy-schema';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../base/db.ts';
import { policies } from '../base/schema.ts';
import { type AttachmentRow, isOf, selectAttachments, toTargetName } from './attachment-rows.ts';

export type PolicyRow = typeof policies.$inferSelect;

/** The rules of a stored policy; null when any of them is not understood, which counts as a refusal by the policy. */
export function readRules(stored: unknown): Rule[] | null {
  const parsed = ruleList.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

/** The same of their text; what was read before is remembered by it, since every request reads the same few again. */
export function readRulesText(text: string): Rule[] | null {
  const known = readBefore.get(text);
  if (known !== undefined) return known;
  const rules = readRules(JSON.parse(text));
  if (readBefore.size >= readBeforeMax) readBefore.clear();
  readBefore.set(text, rules);
  return rules;
}

const readBefore = new Map<string, Rule[] | null>();
const readBeforeMax = 1_000;

function readUnderstood(stored: unknown): Rule[] {
  return Array.isArray(stored) ? stored.flatMap((each) => ruleSchema.safeParse(each).data ?? []) : [];
}

/** All policies of the account by name, or the one of an id. */
export async function selectPolicies(tx: Transaction, accountId: string, id?: string): Promise<PolicySummary[]> {
  const rows = await tx
    .select()
    .from(policies)
    .where(id === undefined ? eq(policies.accountId, accountId) : isPolicy(accountId, id))
    .orderBy(sql`lower(${policies.name})`, asc(policies.id));
  const attachments = await selectAttachments(tx, accountId, id === undefined ? undefined : isOf({ policyId: id }));
  return rows.map((row) =>
    toSummary(
      row,
      attachments.filter(({ policyId }) => policyId === row.id),
    ),
  );
}

/** As the owner sees it. Throws `not_found` outside the account. */
export async function getPolicy(tx: Transaction, accountId: string, id: string): Promise<PolicySummary> {
  const [policy] = await selectPolicies(tx, accountId, id);
  if (policy === undefined) throw new AppError('not_found', { message: `no policy ${id}` });
  return policy;
}

/** Lets changes of one policy and of its attachments happen one after the other. Throws `not_found` outside the account. */
export async function lockPolicy(tx: Transaction, accountId: string, id: string): Promise<PolicyRow> {
  const [row] = await tx.select().from(policies).where(isPolicy(accountId, id)).for('update');
  if (row === undefined) throw new AppError('not_found', { message: `no policy ${id}` });
  return row;
}

export function isPolicy(accountId: string, id: string) {
  return and(eq(policies.accountId, accountId), eq(policies.id, id));
}

function toSummary(row: PolicyRow, attachments: readonly AttachmentRow[]): PolicySummary {
  const rules = readRules(row.rules);
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    mode: row.mode,
    rules: rules ?? readUnderstood(row.rules),
    broken: rules === null,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    usedBy: attachments.map((attachment) => ({ ...attachment.target, name: toTargetName(attachment) })),
  };
}
