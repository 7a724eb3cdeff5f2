// A policy that an event knows by its id, by the name that it has now.

import { usePolicies } from '../use-vault-data.ts';

/** The id itself where the policy was removed, or the server does not answer. */
export function PolicyName({ id }: { readonly id: string }) {
  const name = findPolicyName(usePolicies().data ?? [], id);
  if (name === undefined) return <span className="font-mono text-xs break-all">{id}</span>;
  return (
    <bdi title={id} className="user-text">
      {name}
    </bdi>
  );
}

/** Undefined where no such policy is known. */
export function findPolicyName(
  policies: readonly { readonly id: string; readonly name: string }[],
  id: string,
): string | undefined {
  return policies.find((policy) => policy.id === id)?.name;
}
