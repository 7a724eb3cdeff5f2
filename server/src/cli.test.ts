import { expect, test } from 'vitest';
import { runCommand } from './cli.ts';

async function run(...args: string[]) {
  const lines: string[] = [];
  return { code: await runCommand(args, (line) => lines.push(line)), said: lines.join('\n') };
}

test.each([[['help']], [['--help']], [['rotate-master-key', '-h']]])('%j says what there is', async (args) => {
  const { code, said } = await run(...args);
  expect(code).toBe(0);
  for (const name of ['migrate', 'rotate-master-key', 'retire-master-key']) expect(said).toContain(`\n  ${name}`);
  for (const line of said.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
});

test.each([
  [[]],
  [['rotate']],
  [['rotate-master-key', '--to', 'cloud']],
  [['rotate-master-key', '--wait', 'long']],
  [['rotate-master-key', '--wait', '-1']],
  [['rotate-master-key', '--status', '--to', 'kms']],
  [['rotate-master-key', '2']],
  [['retire-master-key']],
  [['retire-master-key', 'one']],
  [['retire-master-key', '1', '2']],
  [['retire-master-key', '1', '--new']],
  [['migrate', '--status']],
])('%j is no command: how to say it is said', async (args) => {
  const { code, said } = await run(...args);
  expect(code).toBe(2);
  expect(said).toMatch(/^Usage: keytrail COMMAND/);
});
