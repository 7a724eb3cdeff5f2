// Which calls an HTTP proxy lets through. Pure.

import type { ProxyRoute } from '@keytrail/shared/proxy';

/**
 * The path of a call as its routes see it: every part decoded, so that no other spelling passes. Null where the path climbs,
 * however that is written, holds a backslash or is not decodable: such a call goes nowhere.
 */
export function toRoutePath(rawPath: string): string | null {
  const parts: string[] = [];
  for (const raw of rawPath.split('/')) {
    const part = decodePart(raw);
    if (part === null || [...part].some(isOdd) || climbs(part)) return null;
    // A slash inside of a part is not one between two.
    parts.push(part.replaceAll('/', '%2F'));
  }
  return parts.join('/');
}

/** Whether any route admits the call; without routes every call is. */
export function isRouted(routes: readonly ProxyRoute[], method: string, path: string): boolean {
  if (routes.length === 0) return true;
  return routes.some(
    (route) =>
      (route.method === '*' || route.method === method) &&
      (route.path.endsWith('*') ? path.startsWith(toPrefix(route.path)) : path === toRoutePath(route.path)),
  );
}

function toPrefix(path: string): string {
  const fixed = path.slice(0, -1);
  return toRoutePath(fixed) ?? fixed;
}

/**
 * Whether an upstream might take a part for a step up or none: servers decode an encoded slash, decode twice, or drop what
 * stands behind a semicolon before they look for dots. What is encoded over and over hides something.
 */
function climbs(part: string, depth = 0): boolean {
  if (depth > depthMax || part.split(/[/\\]/).some((step) => /^\.{1,2}(;|$)/.test(step))) return true;
  const decoded = decodePart(part);
  return decoded !== null && decoded !== part && climbs(decoded, depth + 1);
}

const depthMax = 3;

function isOdd(character: string): boolean {
  return character === '\\' || character < ' ';
}

function decodePart(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
