// Calls over kept connections, and how long each took: what a measurement of an endpoint is made of.

import { Agent, request } from 'node:http';

/** What is called, by POST, as which key. */
export interface Endpoint {
  readonly url: string;
  readonly key: string;
  readonly body: string;
}

/** Calls for so long, from so many clients at once. */
export async function measureCalls(endpoint: Endpoint, clients: number, seconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const times: number[] = [];
  const call = async () => {
    while (performance.now() < endsAt) times.push(await timeCall(agent, endpoint));
  };
  await Promise.all(Array.from({ length: clients }, call));
  const elapsedMs = performance.now() - startedAt;
  agent.destroy();
  return { calls: times.length, perSecond: times.length / (elapsedMs / 1000), p50Ms: median(times) };
}

/** One call; how long it took in milliseconds. Throws for any answer but 200. */
export async function timeCall(agent: Agent, endpoint: Endpoint): Promise<number> {
  const calledAt = performance.now();
  await post(agent, endpoint);
  return performance.now() - calledAt;
}

function post(agent: Agent, { url, key, body }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'node',
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function round2(value: number): number {
  return Number(value.toFixed(2));
}
