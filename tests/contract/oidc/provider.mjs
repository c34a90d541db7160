// A real OpenID provider on loopback (the certified oidc-provider package).
//
// usage: PROVIDER='{"port": 1234, "jwks": {...}, ...}' node provider.mjs
//
// Anyone signs in under any name with any password. What stands after "~" in the name is the
// permissions: "ada~products:write,state:write".
import { Provider } from 'oidc-provider'

const { port, jwks, clientId, clientSecret, audience } = JSON.parse(process.env.PROVIDER)
const permissionsOf = (name) => (name.split('~')[1] ?? '').split(',').filter(Boolean)

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      // Replaced below: the service under test stands on a port of its own each time.
      redirect_uris: ['http://127.0.0.1/auth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    {
      client_id: 'machine~products:write,state:write',
      client_secret: clientSecret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    },
  ],
  jwks,
  cookies: { keys: ['for tests only'] },
  claims: { openid: ['sub', 'permissions'], email: ['email'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: 'ada@example.com', permissions: permissionsOf(id) }),
  }),
  extraTokenClaims: (_, token) => ({ permissions: permissionsOf(token.accountId ?? token.clientId) }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: '',
        audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
})
provider.Client.prototype.redirectUriAllowed = (uri) =>
  /^https?:\/\/127\.0\.0\.1:\d+\/auth\/callback$/.test(uri)
provider.listen(port, '127.0.0.1', () => console.log('ready'))
