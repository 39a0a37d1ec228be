// Driver for npm `@modelcontextprotocol/sdk` (v1), which speaks the legacy revisions only:
// Streamable HTTP, the deprecated HTTP+SSE, and stdio.

import { createRequire } from 'node:module';
import { drive } from './driver.mjs';
import { CAPABILITIES, clientInfo } from './steps.mjs';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { SSEClientTransport } = require('@modelcontextprotocol/sdk/client/sse.js');
const { StdioClientTransport } = require('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');
const types = require('@modelcontextprotocol/sdk/types.js');
const { z } = require('zod');

const SCHEMAS = {
  'sampling/createMessage': types.CreateMessageRequestSchema,
  'elicitation/create': types.ElicitRequestSchema,
  'roots/list': types.ListRootsRequestSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
  'notifications/resources/list_changed': types.ResourceListChangedNotificationSchema,
  'notifications/tools/list_changed': types.ToolListChangedNotificationSchema,
  'notifications/prompts/list_changed': types.PromptListChangedNotificationSchema,
};

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
  open: (run) => ({ client: new Client(clientInfo(run), { capabilities: CAPABILITIES }), transport: transportFor(run) }),
  // Only the Streamable HTTP transport keeps the negotiated version where a caller can see it.
  version: (client, transport) => transport.protocolVersion,
  callTool: (client, params, options) => client.callTool(params, undefined, options),
  request: (client, method, params) => client.request({ method, params }, z.looseObject({})),
  onRequest: (client, method, handler) => client.setRequestHandler(SCHEMAS[method], handler),
  onNotification: (client, method, handler) => client.setNotificationHandler(SCHEMAS[method], handler),
});
