// The steps of a plan against one connected session, shared by both TypeScript drivers.
// What differs between the two libraries is in the `library` object that each driver passes.

export const CAPABILITIES = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } };
const ROOTS = [{ uri: 'file:///probity/share', name: 'share' }];
const WAIT_MS_MAX = 10_000;

/** Every session says which run it is, so that a recording of it can be found. */
export const clientInfo = (run) => ({ name: 'probity-driver', version: run.id });

/** One client, its transport, and everything the server sent that no step asked for. */
export class Session {
  constructor(library, run) {
    this.library = library;
    this.run = run;
    this.heard = []; // methods of notifications, in order of arrival
    this.progress = []; // values of progress notifications, as the transport delivered them
    this.answered = []; // methods of server requests this client answered
  }

  /** Carries out one step and returns what the client saw; throws what the client library threw. */
  async perform(step) {
    const heardBefore = this.heard.length;
    const answeredBefore = this.answered.length;
    if (step.answers) await this.#until(() => this.answered.includes(step.answers), step.answers);
    const detail = await this.#verb(step);
    if (step.hears && step.do !== 'listen') detail.heard = await this.#hears(step.hears, heardBefore);
    // Servers ask for roots when they please; every other request belongs to the step that caused it.
    const asked = this.answered.slice(answeredBefore).filter((method) => method !== 'roots/list');
    if (asked.length > 0) detail.asked = asked;
    return detail;
  }

  async #verb(step) {
    const { client, library } = this;
    switch (step.do) {
      case 'connect':
        return this.#connect();
      case 'ping':
        await client.ping();
        return {};
      case 'tools':
        return { names: (await client.listTools()).tools.map((tool) => tool.name) };
      case 'call':
        return answer(await library.callTool(client, call(step), {}));
      case 'progress': {
        const before = this.progress.length;
        const result = await library.callTool(client, call(step), { onprogress: () => {} });
        await this.#until(() => this.progress.length - before >= step.count, `${step.count} progress notifications`);
        return { ...answer(result), progress: this.progress.slice(before) };
      }
      case 'cancel':
        return this.#cancel(step);
      case 'resources':
        return { uris: (await client.listResources()).resources.map((resource) => resource.uri) };
      case 'templates':
        return {
          templates: (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
        };
      case 'read':
        return { contents: (await client.readResource({ uri: step.uri })).contents };
      case 'prompts':
        return { names: (await client.listPrompts()).prompts.map((prompt) => prompt.name) };
      case 'prompt':
        return { messages: (await client.getPrompt({ name: step.name, arguments: step.arguments })).messages };
      case 'complete':
        return { values: (await client.complete({ ref: step.ref, argument: step.argument })).completion.values };
      case 'level':
        await client.setLoggingLevel(step.level);
        return {};
      case 'subscribe':
        await client.subscribeResource({ uri: step.uri });
        return {};
      case 'unsubscribe':
        await client.unsubscribeResource({ uri: step.uri });
        return {};
      case 'listen':
        return this.#listen(step);
      case 'method':
        return { result: await library.request(client, step.method, step.params ?? {}) };
      case 'close':
        return this.close();
      default:
        throw new Error(`unknown step \`${step.do}\``);
    }
  }

  async #connect() {
    const { client, transport } = this.library.open(this.run);
    this.client = client;
    this.transport = transport;
    this.library.onRequest(client, 'sampling/createMessage', () => this.#answer('sampling/createMessage', SAMPLED));
    this.library.onRequest(client, 'elicitation/create', (request) =>
      this.#answer('elicitation/create', { action: 'accept', content: fillIn(request.params.requestedSchema) }),
    );
    this.library.onRequest(client, 'roots/list', () => this.#answer('roots/list', { roots: ROOTS }));
    for (const method of NOTIFICATIONS) {
      this.library.onNotification(client, method, () => void this.heard.push(method));
    }
    await client.connect(transport);
    this.#tapProgress(transport);
    return {
      version: this.library.version(client, transport) ?? null,
      server: client.getServerVersion()?.name ?? null,
      capabilities: Object.keys(client.getServerCapabilities() ?? {}).sort(),
    };
  }

  /** Both libraries drop a progress notification that arrives in one chunk with the result, so look below them. */
  #tapProgress(transport) {
    const deliver = transport.onmessage;
    transport.onmessage = (message, extra) => {
      if (message.method === 'notifications/progress') this.progress.push(message.params.progress);
      deliver.call(transport, message, extra);
    };
  }

  #answer(method, result) {
    this.answered.push(method);
    return result;
  }

  /** Aborts a call once its first progress notification shows that the server is at work. */
  async #cancel(step) {
    const abort = new AbortController();
    const outcome = this.library.callTool(this.client, call(step), {
      signal: abort.signal,
      onprogress: () => abort.abort('the caller lost interest'),
    });
    try {
      const result = await outcome;
      return { cancelled: false, result };
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return { cancelled: true };
    }
  }

  /** Subscribes, makes the server change something, waits for word of it, and ends the subscription. */
  async #listen(step) {
    const heardBefore = this.heard.length;
    const subscription = await this.client.listen(step.filter);
    await this.library.callTool(this.client, call(step.then), {});
    const heard = await this.#hears(step.hears, heardBefore);
    await subscription.close();
    return { honored: subscription.honoredFilter, heard, ended: await subscription.closed };
  }

  /** Ends the session as a polite client does: DELETE where the transport has one, then hang up. */
  async close() {
    if (!this.client) return {};
    const deletes = typeof this.transport.terminateSession === 'function' && Boolean(this.transport.sessionId);
    if (deletes) await this.transport.terminateSession();
    await this.client.close();
    this.client = undefined;
    return { deleted: deletes };
  }

  async #hears(method, since) {
    await this.#until(() => this.heard.slice(since).includes(method), method);
    return method;
  }

  async #until(condition, what) {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS_MAX} ms for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const SAMPLED = {
  model: 'canned-model',
  role: 'assistant',
  content: { type: 'text', text: 'canned answer' },
  stopReason: 'endTurn',
};

const NOTIFICATIONS = [
  'notifications/message',
  'notifications/resources/updated',
  'notifications/resources/list_changed',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
];

const call = (step) => ({ name: step.name, arguments: step.arguments ?? {} });

function answer(result) {
  const seen = { content: result.content };
  if (result.isError) seen.isError = true;
  if (result.structuredContent !== undefined) seen.structuredContent = result.structuredContent;
  return seen;
}

/** A form filled in with its defaults and otherwise with fixed values. The other drivers do the same. */
export function fillIn(schema) {
  const content = {};
  for (const [name, property] of Object.entries(schema?.properties ?? {})) content[name] = fill(property);
  return content;
}

function fill(property) {
  if (property.default !== undefined) return property.default;
  if (property.enum) return property.enum[0];
  if (property.oneOf) return property.oneOf[0].const;
  switch (property.type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return property.minimum ?? 1;
    case 'array':
      return [fill(property.items.anyOf ? { enum: [property.items.anyOf[0].const] } : property.items)];
    default:
      return { email: 'ada@example.com', uri: 'https://example.com/', date: '2026-01-01', 'date-time': '2026-01-01T00:00:00Z' }[
        property.format
      ] ?? 'Ada';
  }
}
