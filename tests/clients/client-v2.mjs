// Driver for npm `@modelcontextprotocol/client` (v2): modes `auto`, `legacy` and `2026-07-28` (pinned).

import { createRequire } from 'node:module';
import { drive } from './driver.mjs';
import { CAPABILITIES, clientInfo } from './steps.mjs';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const { Client, SSEClientTransport, StreamableHTTPClientTransport } = require('@modelcontextprotocol/client');
const { StdioClientTransport } = require('@modelcontextprotocol/client/stdio');
const { z } = require('zod');

function transportFor(run) {
  if (run.transport === 'stdio') {
    const [command, ...args] = run.command;
    return new StdioClientTransport({ command, args, env: { ...process.env, ...run.env }, stderr: 'ignore' });
  }
  const requestInit = run.token ? { headers: { Authorization: `Bearer ${run.token}` } } : {};
  const Transport = run.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
  return new Transport(new URL(run.url), { requestInit });
}

await drive({
  open(run) {
    const mode = run.mode === 'auto' || run.mode === 'legacy' ? run.mode : { pin: run.mode };
    const client = new Client(clientInfo(run), { capabilities: CAPABILITIES, versionNegotiation: { mode } });
    return { client, transport: transportFor(run) };
  },
  version: (client) => client.getNegotiatedProtocolVersion(),
  callTool: (client, params, options) => client.callTool(params, options),
  request: (client, method, params) => client.request({ method, params }, z.looseObject({})),
  onRequest: (client, method, handler) => client.setRequestHandler(method, handler),
  onNotification: (client, method, handler) => client.setNotificationHandler(method, handler),
});
