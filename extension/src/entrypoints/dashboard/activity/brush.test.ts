import { describe, expect, test } from 'vitest';
import { type Brush, moveByKey, noBrush, toIndex, toSpan } from './brush.ts';

function press(start: Brush, ...keys: string[]): Brush {
  return keys.reduce((brush, key) => {
    const shift = key.startsWith('Shift+');
    return moveByKey(brush, key.replace('Shift+', ''), shift, 10) ?? brush;
  }, start);
}

describe('by keyboard', () => {
  test.each([
    [['ArrowLeft'], [9, 9]],
    [
      ['ArrowLeft', 'ArrowLeft', 'ArrowLeft'],
      [7, 7],
    ],
    [
      ['ArrowRight', 'ArrowRight'],
      [9, 9],
    ],
    [
      ['Home', 'Home', 'ArrowRight'],
      [1, 1],
    ],
    [
      ['Home', 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight'],
      [0, 2],
    ],
    [
      ['End', 'Shift+ArrowLeft', 'Shift+Home'],
      [0, 9],
    ],
    [
      ['End', 'Shift+ArrowLeft', 'ArrowLeft'],
      [7, 7],
    ],
    [['Shift+ArrowLeft'], [8, 9]],
    [
      ['End', 'PageUp', 'Shift+PageUp'],
      [0, 2],
    ],
  ] as const)('%j chooses %j', (keys, span) => {
    expect(toSpan(press(noBrush, ...keys))).toEqual(span);
  });

  test.each(['Tab', 'a', 'Enter', 'toString'])('%s moves nothing', (key) => {
    expect(moveByKey(noBrush, key, false, 10)).toBeNull();
  });

  test('without bars there is nothing to move over', () => {
    expect(moveByKey(noBrush, 'Home', false, 0)).toBeNull();
    expect(toSpan(noBrush)).toBeNull();
  });
});

test.each([
  [-5, 0],
  [0, 0],
  [49.9, 0],
  [50, 1],
  [499, 9],
  [500, 9],
  [900, 9],
])('the pointer at %d is over bar %i', (x, index) => {
  expect(toIndex(x, 500, 10)).toBe(index);
});
