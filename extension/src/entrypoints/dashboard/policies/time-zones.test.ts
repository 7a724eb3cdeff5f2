import { expect, test } from 'vitest';
import { findZones, listZones } from './time-zones.ts';

const zones = listZones(Date.parse('2026-01-15T12:00:00Z'));
const find = (query: string) => findZones(zones, query).map(({ name }) => name);

test('a zone is found by city, by country part, by words in any order, by offset', () => {
  expect(find('london')[0]).toBe('Europe/London');
  expect(find('lon')[0]).toBe('Europe/London');
  expect(find('new york')).toEqual(['America/New_York']);
  expect(find('york america')).toEqual(['America/New_York']);
  expect(find('Europe/Lon')).toEqual(['Europe/London']);
  expect(find('gmt+5:30')).toHaveLength(2);
  expect(find('utc')[0]).toBe('UTC');
  expect(find('atlantis')).toEqual([]);
});

test('nothing typed shows all of them', () => {
  expect(find('')).toHaveLength(zones.length);
});
