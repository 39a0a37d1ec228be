// A real MCP client (npm `@modelcontextprotocol/client`) that knows nothing but the URL of an endpoint: it
// finds the authorization server from the endpoint's own 401, signs a person in there, and lists the tools.
// Arguments: the endpoint, the person. Prints one JSON line.

import { createRequire } from 'node:module';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = require('@modelcontextprotocol/client');

const [endpoint, person] = process.argv.slice(2);
const redirectUrl = 'http://127.0.0.1/callback';

/** What a browser would do: follows redirects, keeps cookies, sends the forms of the sign-in pages. */
async function signIn(start) {
  const jar = new Map();
  let url = start;
  let form;
  for (let step = 0; step < 20; step += 1) {
    if (url.href.startsWith(redirectUrl)) return url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      body: form,
      headers: cookie ? { cookie } : {},
    });
    for (const line of response.headers.getSetCookie()) {
      const [name, ...value] = line.split(';')[0].split('=');
      jar.set(name, value.join('='));
    }
    form = undefined;
    if (response.headers.has('location')) {
      url = new URL(response.headers.get('location'), url);
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (!action) throw new Error(`no form at ${url}: ${response.status} ${page.slice(0, 500)}`);
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)[1];
    url = new URL(action, url);
    form = new URLSearchParams({ prompt, login: person, password: 'x' });
  }
  throw new Error('the sign-in does not end');
}

let tokens;
let verifier;
let landed;
const authProvider = {
  redirectUrl,
  clientMetadata: { client_name: 'driver', redirect_uris: [redirectUrl] },
  clientInformation: () => ({ client_id: 'app', redirect_uris: [redirectUrl] }),
  tokens: () => tokens,
  saveTokens: (given) => {
    tokens = given;
  },
  saveCodeVerifier: (given) => {
    verifier = given;
  },
  codeVerifier: () => verifier,
  redirectToAuthorization: async (url) => {
    landed = await signIn(url);
  },
};

const connect = async () => {
  const transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider });
  const client = new Client({ name: 'probity-driver', version: 'oauth' }, { versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || !landed) throw error;
    return { transport };
  }
  return { client, transport };
};

try {
  const first = await connect();
  if (first.client) throw new Error('the endpoint let in somebody without a token');
  await first.transport.finishAuth(landed.searchParams);
  const { client } = await connect();
  const { tools } = await client.listTools();
  process.stdout.write(`${JSON.stringify({ ok: true, scope: tokens.scope, tools: tools.map((tool) => tool.name) })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ ok: false, error: `${error?.stack ?? error}`, landed })}\n`);
}
process.exit(0);
