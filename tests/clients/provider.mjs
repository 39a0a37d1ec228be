// A real OpenID provider (npm `oidc-provider`) on loopback, in memory: prints its issuer URL, and runs until
// it is killed. Its clients are `robot` (client credentials, secret `robot-secret`), `app` (authorization
// code with PKCE, no secret) and `gateway` (introspection, secret `gateway-secret`). Anybody may sign in with
// any password. Tokens for a resource are JWTs, unless its path ends in `-opaque`.

import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

function jwk(type, options, members) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', ...members };
}

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const secret = (client_id, grant_types) => ({
  client_id,
  client_secret: `${client_id}-secret`,
  grant_types,
  redirect_uris: [],
  response_types: [],
});

const provider = new Provider(issuer, {
  jwks: { keys: [jwk('ec', { namedCurve: 'P-256' }, { kid: 'ec' }), jwk('rsa', { modulusLength: 2048 }, { kid: 'rsa' })] },
  clients: [
    secret('robot', ['client_credentials']),
    secret('gateway', []),
    {
      client_id: 'app',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  cookies: { keys: ['a key of tests'] },
  scopes: ['openid', 'offline_access', 'mcp', 'mcp:write'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (_, token) => ({ groups: token.accountId === 'ada' || !token.accountId ? ['dba'] : [] }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'mcp mcp:write',
        audience: resource,
        accessTokenTTL: 300,
        accessTokenFormat: resource.endsWith('-opaque') ? 'opaque' : 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
process.stdout.write(`${issuer}\n`);
