import { expect, test } from 'vitest';
import { isSameOrder, toFreeOrder, toHeldOrder } from './held-order.ts';

const make = (id: string, status = 'waiting') => ({ id, status });
const stood = toFreeOrder([make('one'), make('two'), make('three'), make('old', 'denied')]);

test('while it is held, a request that is settled stays in its place and keeps the height of a card', () => {
  const items = [make('two'), make('three'), make('one', 'approved'), make('old', 'denied')];
  const held = toHeldOrder(stood, items);
  expect(held.map(({ item }) => `${item.id} ${item.status}`)).toEqual([
    'one approved',
    'two waiting',
    'three waiting',
    'old denied',
  ]);
  expect(held.map(({ isCard }) => isCard)).toEqual([true, true, true, false]);
  expect(toFreeOrder(items).map(({ item, isCard }) => `${item.id} ${isCard}`)).toEqual([
    'two true',
    'three true',
    'one false',
    'old false',
  ]);
});

test('what is gone keeps its place as it was last seen, and what is new comes last', () => {
  const held = toHeldOrder(stood, [make('two'), make('three'), make('four'), make('old', 'denied')]);
  expect(held.map(({ item }) => item.id)).toEqual(['one', 'two', 'three', 'old', 'four']);
  expect(held.filter(({ isGone }) => isGone).map(({ item }) => item)).toEqual([make('one')]);
});

test('held anew, it is the same; it differs from the free order as long as something is out of its place', () => {
  const items = [make('two'), make('one', 'approved')];
  const held = toHeldOrder(toFreeOrder([make('one'), make('two')]), items);
  expect(
    isSameOrder(
      held,
      toHeldOrder(
        held,
        held.map(({ item }) => item),
      ),
    ),
  ).toBe(true);
  expect(isSameOrder(held, toFreeOrder(items))).toBe(false);
  expect(isSameOrder(toFreeOrder(items), toFreeOrder(items))).toBe(true);
});
