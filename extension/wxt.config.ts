// The extension's build and manifest.
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'wxt';
import { popupChunks } from './popup-chunks.ts';

// One public key gives every build the same extension id, which the server trusts by default:
// jgfpjgmjbpeilmcaiknkihnhdccogfnm.
const manifestKey =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4SDlNLhNeR8i8yUm8vPrzvCrUZ4PFHaPkhuSNbMm+fRw5ueOBaZovD17UCxX2nHqzZZAtJRJPgm0Uej3butMNhAkrX2Y75PYsrRKvh4jZNxKeghTO1+cO8sONv2qClhkbMMMorie78KRmKbyMVYlPeGpuuRvV8BBsoC0AVphnaN9FQ6Izl7E4x0X5HoqOV8Hs4UaBkZJ2xBxeHBdy2bbAbmhkLuoN/zDOyS+d2l58wD++0pseoVppBn2SdIVSlxsVkR3GPP2mVWtrvtXkXb3woX/7RRHOms2U4ruEXUg6TGtgMJXJVOxKNA7Be3nr+XTni2XpHllCXG3NqF/rLoynwIDAQAB';

// zod tries out `new Function` while its modules load, which our policy refuses with a report each time. Only something
// that runs before every module can tell it not to.
const withoutEval = 'globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };';

/** What the extension's own pages may load and reach: their own code, and the server wherever it is. */
function toPolicy(isDevelopment: boolean): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "object-src 'none'",
    // Radix positions and locks scrolling through style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src http: https:${isDevelopment ? ' ws:' : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export default defineConfig({
  srcDir: 'src',
  modules: ['@wxt-dev/module-react'],
  imports: false,
  vite: () => ({
    plugins: [tailwindcss(), popupChunks],
    build: { modulePreload: { polyfill: false }, rolldownOptions: { output: { banner: withoutEval } } },
  }),
  manifest: ({ browser, mode }) => ({
    name: 'Keytrail',
    description: 'Shows what used your credentials, fills your logins, and records every use.',
    permissions: ['storage', 'alarms', 'notifications', 'idle'],
    host_permissions: ['http://*/*', 'https://*/*'],
    action: { default_title: 'Keytrail' },
    content_security_policy: { extension_pages: toPolicy(mode === 'development') },
    ...(browser === 'firefox'
      ? {
          browser_specific_settings: {
            gecko: {
              id: 'keytrail@example.com',
              strict_min_version: '140.0',
              data_collection_permissions: { required: ['none'] },
            },
          },
        }
      : { key: manifestKey, minimum_chrome_version: '123' }),
  }),
});
