// Which agents may use a credential.

import { useQuery } from '@tanstack/react-query';
import { trpc } from '../../../lib/query.ts';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useAgents } from '../use-vault-data.ts';
import { isEnded } from './ended.ts';
import { GrantRow } from './grant-row.tsx';

/** Grants that hold; ended ones are told by the log. */
export function CredentialGrants({ credentialId }: { readonly credentialId: string }) {
  const grants = useQuery(trpc.grants.list.queryOptions({ credentialId }));
  const agents = useAgents();
  return (
    <QueryState query={grants}>
      {(data) => {
        const holding = data.filter((grant) => !isEnded(grant, Date.now()));
        if (holding.length === 0) return <p className="text-mute">{strings.credential.noAccess}</p>;
        return (
          <ul className="rounded-lg border border-line">
            {holding.map((grant) => (
              <GrantRow key={grant.id} grant={grant}>
                <span dir="auto" className="user-text truncate">
                  {agents.data?.find(({ id }) => id === grant.agentId)?.name ?? strings.grants.unknownAgent}
                </span>
              </GrantRow>
            ))}
          </ul>
        );
      }}
    </QueryState>
  );
}
