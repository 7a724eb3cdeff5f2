// Ready-made programs that use an agent's key: they say what for, wait where waiting helps, and else say why not.

export const exampleKinds = ['curl', 'typescript', 'python'] as const;
export type ExampleKind = (typeof exampleKinds)[number];

export const exampleLabels: Record<ExampleKind, string> = {
  curl: 'curl',
  typescript: 'TypeScript (tRPC)',
  python: 'Python',
};

/** The key itself is left to the environment, so that it does not end up in a repository. */
export function toExample(kind: ExampleKind, serverAddress: string, service: string): string {
  return examples[kind](serverAddress, service);
}

const examples: Record<ExampleKind, (address: string, service: string) => string> = {
  curl: (address, service) => `# Tries again when it may. A refusal is in .error.data.keytrail: rule, sentence, retryAt.
curl --silent --show-error --fail-with-body --retry 3 --retry-max-time 300 \\
  ${address}/trpc/agent.credential \\
  -H "authorization: Bearer $KEYTRAIL_KEY" \\
  -H "content-type: application/json" \\
  -d '${JSON.stringify({ service, reason: 'nightly deploy' })}'`,

  typescript: (address, service) => `import { createTRPCUntypedClient, httpLink, TRPCClientError } from '@trpc/client';

const keytrail = createTRPCUntypedClient({
  links: [
    httpLink({
      url: '${address}/trpc',
      headers: { authorization: \`Bearer \${process.env.KEYTRAIL_KEY}\` },
    }),
  ],
});

async function getSecret(service: string, reason: string): Promise<Record<string, string>> {
  for (;;) {
    try {
      const answer: any = await keytrail.mutation('agent.credential', { service, reason });
      return answer.values;
    } catch (error) {
      // The message says why; where waiting helps, retryAt says until when.
      const refusal = error instanceof TRPCClientError ? error.data?.keytrail : undefined;
      const waitMs = Date.parse(refusal?.retryAt ?? '') - Date.now();
      if (!(waitMs < 300_000)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1000, waitMs)));
    }
  }
}

const values = await getSecret('${service}', 'nightly deploy');`,

  python: (address, service) => `import json, os, time, urllib.error, urllib.request
from datetime import datetime, timezone


def get_secret(service, reason):
    request = urllib.request.Request(
        "${address}/trpc/agent.credential",
        data=json.dumps({"service": service, "reason": reason}).encode(),
        headers={
            "authorization": f"Bearer {os.environ['KEYTRAIL_KEY']}",
            "content-type": "application/json",
        },
    )
    while True:
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["result"]["data"]["values"]
        except urllib.error.HTTPError as error:
            refusal = json.load(error)["error"]["data"]["keytrail"]
            wait = float("inf")
            if "retryAt" in refusal:  # Waiting helps, until then.
                retry_at = datetime.fromisoformat(refusal["retryAt"].replace("Z", "+00:00"))
                wait = (retry_at - datetime.now(timezone.utc)).total_seconds()
            if wait > 300:
                raise SystemExit(f"{refusal['rule']}: {refusal['sentence']}")
            time.sleep(max(1, wait))


values = get_secret("${service}", "nightly deploy")`,
};
