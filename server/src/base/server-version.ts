// Which version of Keytrail this is: the one of its package.

import packageJson from '../../package.json' with { type: 'json' };

export const serverVersion = packageJson.version;
