// Every sentence that the worker shows, in one place and ready to be translated.

export const workerStrings = {
  approvalNotice: {
    title: (agent: string, service: string) => `${agent} wants ${service}`,
    call: (proxy: string) => `${proxy} proxy wants to call`,
    to: (host: string) => `To ${host}`,
    reason: (reason: string | null) => (reason === null ? 'No reason stated' : `“${reason}”`),
    what: (label: string, fields: readonly string[]) => `${label}: ${fields.join(', ')}`,
    from: (client: string, address: string | null) => (address === null ? client : `${client}, from ${address}`),
    approve: 'Approve once',
    deny: 'Deny',
  },
  accessNotice: {
    title: (agent: string, service: string) => `${agent} asks for ${service}`,
    answer: 'Answer',
    deny: 'Deny',
  },
} as const;
