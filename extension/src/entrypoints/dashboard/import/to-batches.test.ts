import type { CredentialInput } from '@keytrail/shared/credential';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBatches } from './to-batches.ts';

const toInput = (length: number): CredentialInput => ({
  kind: 'token',
  service: 's',
  label: 'l',
  tags: [],
  expiresAt: null,
  public: {},
  secret: { value: 'ü'.repeat(length) },
});

test('batches hold all in order, fifty at most, and far less than a request may be', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 120 }), (lengths) => {
      const batches = toBatches(lengths, toInput);
      expect(batches.flat()).toEqual(lengths);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(50);
        const bytes = new TextEncoder().encode(JSON.stringify(batch.map(toInput))).length;
        expect(bytes).toBeLessThan(1_000_000);
      }
    }),
    { numRuns: 20 },
  );
});
