// Which calls an HTTP proxy lets through. Pure.

import type { ProxyRoute } from '@keytrail/shared/proxy';

/**
 * The path of a call as its routes see it: every part decoded, so that no other spelling passes. Null where the path climbs,
 * holds a backslash or is not decodable: such a call goes nowhere.
 */
export function toRoutePath(rawPath: string): string | null {
  const parts: string[] = [];
  for (const raw of rawPath.split('/')) {
    const part = decodePart(raw);
    if (part === null || part === '.' || part === '..' || [...part].some(isOdd)) return null;
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
