// Ready-made programs that use an agent's key.

export const exampleKinds = ['curl', 'typescript', 'python'] as const;
export type ExampleKind = (typeof exampleKinds)[number];

export const exampleLabels: Record<ExampleKind, string> = {
  curl: 'curl',
  typescript: 'TypeScript (tRPC)',
  python: 'Python',
};

/** The key itself is left to the environment, so that it does not end up in a repository. */
export function toExample(kind: ExampleKind, serverAddress: string, service: string): string {
  const examples: Record<ExampleKind, string> = {
    curl: `curl ${serverAddress}/trpc/agent.credential \\
  -H "authorization: Bearer $KEYTRAIL_KEY" \\
  -H "content-type: application/json" \\
  -d '${JSON.stringify({ service, reason: 'nightly deploy' })}'`,
    typescript: `import { createTRPCClient, httpLink } from '@trpc/client';

const keytrail = createTRPCClient({
  links: [
    httpLink({
      url: '${serverAddress}/trpc',
      headers: { authorization: \`Bearer \${process.env.KEYTRAIL_KEY}\` },
    }),
  ],
});
const { values } = await keytrail.agent.credential.mutate({
  service: '${service}',
  reason: 'nightly deploy',
});`,
    python: `import json, os, urllib.request

request = urllib.request.Request(
    "${serverAddress}/trpc/agent.credential",
    data=json.dumps({"service": "${service}", "reason": "nightly deploy"}).encode(),
    headers={
        "authorization": f"Bearer {os.environ['KEYTRAIL_KEY']}",
        "content-type": "application/json",
    },
)
values = json.load(urllib.request.urlopen(request))["result"]["data"]["values"]`,
  };
  return examples[kind];
}
