// OAuth providers to begin with, by their public endpoints: data only, each checked by a test to be savable. Whoever connects
// brings a client of their own, registered there with Keytrail's address to come back to.

import type { ConnectInput } from '@keytrail/shared/oauth-connect';

type Provider = ConnectInput['provider'];

export interface OAuthTemplate {
  readonly id: string;
  /** As the provider calls itself. */
  readonly label: string;
  readonly service: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl?: string;
  readonly clientAuth: NonNullable<Provider['clientAuth']>;
  readonly scopes: readonly string[];
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** Where a client is registered. */
  readonly registerUrl: string;
}

export const oauthTemplates: readonly OAuthTemplate[] = [
  {
    id: 'google',
    label: 'Google',
    service: 'google',
    authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    deviceUrl: 'https://oauth2.googleapis.com/device/code',
    clientAuth: 'post',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
    // Without both, Google gives a refresh token once at most.
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
    registerUrl: 'https://console.cloud.google.com/apis/credentials',
  },
  {
    id: 'github',
    label: 'GitHub',
    service: 'github',
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    deviceUrl: 'https://github.com/login/device/code',
    clientAuth: 'post',
    scopes: ['repo', 'read:user'],
    registerUrl: 'https://github.com/settings/developers',
  },
  {
    id: 'gitlab',
    label: 'GitLab',
    service: 'gitlab',
    authorizationUrl: 'https://gitlab.com/oauth/authorize',
    tokenUrl: 'https://gitlab.com/oauth/token',
    deviceUrl: 'https://gitlab.com/oauth/authorize_device',
    clientAuth: 'post',
    scopes: ['read_api'],
    registerUrl: 'https://gitlab.com/-/user_settings/applications',
  },
  {
    id: 'microsoft',
    label: 'Microsoft',
    service: 'microsoft',
    authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    deviceUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/devicecode',
    clientAuth: 'post',
    scopes: ['offline_access', 'User.Read'],
    registerUrl: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
  },
  {
    id: 'slack',
    label: 'Slack',
    service: 'slack',
    authorizationUrl: 'https://slack.com/oauth/v2/authorize',
    tokenUrl: 'https://slack.com/api/oauth.v2.access',
    clientAuth: 'post',
    scopes: ['channels:read', 'chat:write'],
    registerUrl: 'https://api.slack.com/apps',
  },
  {
    id: 'linear',
    label: 'Linear',
    service: 'linear',
    authorizationUrl: 'https://linear.app/oauth/authorize',
    tokenUrl: 'https://api.linear.app/oauth/token',
    clientAuth: 'post',
    scopes: ['read'],
    authorizationParameters: { prompt: 'consent' },
    registerUrl: 'https://linear.app/settings/api/applications/new',
  },
  {
    id: 'notion',
    label: 'Notion',
    service: 'notion',
    authorizationUrl: 'https://api.notion.com/v1/oauth/authorize',
    tokenUrl: 'https://api.notion.com/v1/oauth/token',
    clientAuth: 'basic',
    scopes: [],
    authorizationParameters: { owner: 'user' },
    registerUrl: 'https://www.notion.so/profile/integrations',
  },
  {
    id: 'atlassian',
    label: 'Atlassian',
    service: 'atlassian',
    authorizationUrl: 'https://auth.atlassian.com/authorize',
    tokenUrl: 'https://auth.atlassian.com/oauth/token',
    clientAuth: 'post',
    scopes: ['offline_access', 'read:jira-work'],
    authorizationParameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    registerUrl: 'https://developer.atlassian.com/console/myapps/',
  },
  {
    id: 'spotify',
    label: 'Spotify',
    service: 'spotify',
    authorizationUrl: 'https://accounts.spotify.com/authorize',
    tokenUrl: 'https://accounts.spotify.com/api/token',
    clientAuth: 'basic',
    scopes: ['user-read-private'],
    registerUrl: 'https://developer.spotify.com/dashboard',
  },
  {
    id: 'dropbox',
    label: 'Dropbox',
    service: 'dropbox',
    authorizationUrl: 'https://www.dropbox.com/oauth2/authorize',
    tokenUrl: 'https://api.dropboxapi.com/oauth2/token',
    clientAuth: 'post',
    scopes: ['files.metadata.read'],
    authorizationParameters: { token_access_type: 'offline' },
    registerUrl: 'https://www.dropbox.com/developers/apps',
  },
  {
    id: 'discord',
    label: 'Discord',
    service: 'discord',
    authorizationUrl: 'https://discord.com/oauth2/authorize',
    tokenUrl: 'https://discord.com/api/oauth2/token',
    clientAuth: 'basic',
    scopes: ['identify'],
    registerUrl: 'https://discord.com/developers/applications',
  },
  {
    id: 'zoom',
    label: 'Zoom',
    service: 'zoom',
    authorizationUrl: 'https://zoom.us/oauth/authorize',
    tokenUrl: 'https://zoom.us/oauth/token',
    clientAuth: 'basic',
    scopes: [],
    registerUrl: 'https://marketplace.zoom.us/',
  },
  {
    id: 'hubspot',
    label: 'HubSpot',
    service: 'hubspot',
    authorizationUrl: 'https://app.hubspot.com/oauth/authorize',
    tokenUrl: 'https://api.hubapi.com/oauth/v1/token',
    clientAuth: 'post',
    scopes: ['oauth'],
    registerUrl: 'https://developers.hubspot.com/',
  },
  {
    id: 'asana',
    label: 'Asana',
    service: 'asana',
    authorizationUrl: 'https://app.asana.com/-/oauth_authorize',
    tokenUrl: 'https://app.asana.com/-/oauth_token',
    clientAuth: 'post',
    scopes: ['default'],
    registerUrl: 'https://app.asana.com/0/my-apps',
  },
  {
    id: 'figma',
    label: 'Figma',
    service: 'figma',
    authorizationUrl: 'https://www.figma.com/oauth',
    tokenUrl: 'https://api.figma.com/v1/oauth/token',
    clientAuth: 'basic',
    scopes: ['current_user:read'],
    registerUrl: 'https://www.figma.com/developers/apps',
  },
  {
    id: 'salesforce',
    label: 'Salesforce',
    service: 'salesforce',
    authorizationUrl: 'https://login.salesforce.com/services/oauth2/authorize',
    tokenUrl: 'https://login.salesforce.com/services/oauth2/token',
    clientAuth: 'post',
    scopes: ['api', 'refresh_token'],
    registerUrl: 'https://login.salesforce.com/lightning/setup/NavigationMenus/home',
  },
];
