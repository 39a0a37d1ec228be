"""Driver for PyPI `mcp`: modes `auto`, `legacy` and a pinned revision, over http, sse and stdio.

Runs the plan named on the command line, one JSON line per step, as README.md describes.
"""

import json
import logging
import os
import sys
import warnings

import anyio
import mcp_types as types
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

STEP_SECONDS_MAX = 20
RUN_SECONDS_MAX = 90
ROOTS = [types.Root(uri="file:///probity/share", name="share")]
EVENTS = {
    "ToolsListChanged": "notifications/tools/list_changed",
    "PromptsListChanged": "notifications/prompts/list_changed",
    "ResourcesListChanged": "notifications/resources/list_changed",
    "ResourceUpdated": "notifications/resources/updated",
}


class Session:
    """One client and everything the server sent that no step asked for."""

    def __init__(self, run):
        self.run = run
        self.client = None
        self.http = None
        self.heard = []  # methods of notifications, in order of arrival
        self.answered = []  # methods of server requests this client answered

    def open(self):
        self.client = Client(
            self._transport(),
            mode=self.run["mode"],
            client_info=types.Implementation(name="probity-driver", version=self.run["id"]),
            sampling_callback=self._sample,
            elicitation_callback=self._elicit,
            list_roots_callback=self._roots,
            message_handler=self._hear,
            log_level="debug",
        )
        return self.client

    def _transport(self):
        token = self.run.get("token")
        headers = {"Authorization": f"Bearer {token}"} if token else None
        if self.run["transport"] == "stdio":
            command, *args = self.run["command"]
            env = {**os.environ, **self.run.get("env", {})}
            return stdio_client(StdioServerParameters(command=command, args=args, env=env), errlog=NOWHERE)
        if self.run["transport"] == "sse":
            return sse_client(self.run["url"], headers=headers)
        self.http = create_mcp_http_client(headers=headers)
        return streamable_http_client(self.run["url"], http_client=self.http)

    async def _sample(self, _context, _params):
        self.answered.append("sampling/createMessage")
        text = types.TextContent(type="text", text="canned answer")
        return types.CreateMessageResult(role="assistant", content=text, model="canned-model", stop_reason="endTurn")

    async def _elicit(self, _context, params):
        self.answered.append("elicitation/create")
        return types.ElicitResult(action="accept", content=fill_in(params.requested_schema))

    async def _roots(self, _context):
        self.answered.append("roots/list")
        return types.ListRootsResult(roots=ROOTS)

    async def _hear(self, message):
        if not isinstance(message, Exception):
            self.heard.append(message.method)

    async def perform(self, step):
        heard_before, answered_before = len(self.heard), len(self.answered)
        if wanted := step.get("answers"):
            await until(lambda: wanted in self.answered, wanted)
        detail = await getattr(self, "do_" + step["do"])(step)
        if (wanted := step.get("hears")) and step["do"] != "listen":
            await until(lambda: wanted in self.heard[heard_before:], wanted)
            detail["heard"] = wanted
        # Servers ask for roots when they please; every other request belongs to the step that caused it.
        asked = [method for method in self.answered[answered_before:] if method != "roots/list"]
        if asked:
            detail["asked"] = asked
        return detail

    def connected(self):
        server = self.client.server_info
        return {
            "version": self.client.protocol_version,
            "server": server.name if server else None,
            "capabilities": sorted(plain(self.client.server_capabilities)),
        }

    async def do_ping(self, _step):
        await self.client.send_ping()
        return {}

    async def do_tools(self, _step):
        return {"names": [tool.name for tool in (await self.client.list_tools()).tools]}

    async def do_call(self, step):
        return answer(await self.client.call_tool(step["name"], step.get("arguments", {})))

    async def do_progress(self, step):
        seen = []

        async def on_progress(progress, _total, _message):
            seen.append(progress)

        result = await self.client.call_tool(step["name"], step.get("arguments", {}), progress_callback=on_progress)
        await until(lambda: len(seen) >= step["count"], f"{step['count']} progress notifications")
        return {**answer(result), "progress": seen}

    async def do_cancel(self, step):
        """Abandons a call once its first progress notification shows that the server is at work."""
        with anyio.CancelScope() as scope:

            async def on_progress(_progress, _total, _message):
                scope.cancel()

            result = await self.client.call_tool(step["name"], step.get("arguments", {}), progress_callback=on_progress)
            return {"cancelled": False, "result": answer(result)}
        return {"cancelled": True}

    async def do_resources(self, _step):
        return {"uris": [str(resource.uri) for resource in (await self.client.list_resources()).resources]}

    async def do_templates(self, _step):
        listed = await self.client.list_resource_templates()
        return {"templates": [template.uri_template for template in listed.resource_templates]}

    async def do_read(self, step):
        return {"contents": plain((await self.client.read_resource(step["uri"])).contents)}

    async def do_prompts(self, _step):
        return {"names": [prompt.name for prompt in (await self.client.list_prompts()).prompts]}

    async def do_prompt(self, step):
        return {"messages": plain((await self.client.get_prompt(step["name"], step.get("arguments"))).messages)}

    async def do_complete(self, step):
        ref = types.PromptReference(type="ref/prompt", name=step["ref"]["name"])
        return {"values": (await self.client.complete(ref, step["argument"])).completion.values}

    async def do_level(self, step):
        await self.client.set_logging_level(step["level"])
        return {}

    async def do_subscribe(self, step):
        await self.client.subscribe_resource(step["uri"])
        return {}

    async def do_unsubscribe(self, step):
        await self.client.unsubscribe_resource(step["uri"])
        return {}

    async def do_listen(self, step):
        """Subscribes, makes the server change something, waits for word of it, and ends the subscription."""
        wanted = {
            "tools_list_changed": step["filter"].get("toolsListChanged", False),
            "prompts_list_changed": step["filter"].get("promptsListChanged", False),
            "resources_list_changed": step["filter"].get("resourcesListChanged", False),
            "resource_subscriptions": step["filter"].get("resourceSubscriptions", ()),
        }
        async with self.client.listen(**wanted) as subscription:
            await self.do_call(step["then"])
            async for event in subscription:
                if EVENTS[type(event).__name__] == step["hears"]:
                    return {"honored": plain(subscription.honored), "heard": step["hears"]}
        raise RuntimeError("the subscription ended before its event came")

    async def do_method(self, step):
        request = types.Request(method=step["method"], params=step.get("params", {}))
        return {"result": plain(await self.client.session.send_request(request, types.Result))}


async def until(condition, what):
    with anyio.move_on_after(10):
        while not condition():
            await anyio.sleep(0.01)
        return
    raise TimeoutError(f"waited 10 s for {what}")


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.model_dump(by_alias=True, mode="json", exclude_none=True)


def answer(result):
    seen = {"content": plain(result.content)}
    if result.is_error:
        seen["isError"] = True
    if result.structured_content is not None:
        seen["structuredContent"] = result.structured_content
    return seen


def fill_in(schema):
    """A form filled in with its defaults and otherwise with fixed values. The other drivers do the same."""
    return {name: fill(prop) for name, prop in schema.get("properties", {}).items()}


def fill(prop):
    if "default" in prop:
        return prop["default"]
    if "enum" in prop:
        return prop["enum"][0]
    if "oneOf" in prop:
        return prop["oneOf"][0]["const"]
    match prop.get("type"):
        case "boolean":
            return True
        case "integer" | "number":
            return prop.get("minimum", 1)
        case "array":
            items = prop["items"]
            return [items["anyOf"][0]["const"] if "anyOf" in items else fill(items)]
    by_format = {
        "email": "ada@example.com",
        "uri": "https://example.com/",
        "date": "2026-01-01",
        "date-time": "2026-01-01T00:00:00Z",
    }
    return by_format.get(prop.get("format"), "Ada")


def first_of(error):
    """The exception that a group of exceptions was raised for."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def failure(error):
    error = first_of(error)
    code = error.code if isinstance(error, MCPError) else type(error).__name__
    message = error.message if isinstance(error, MCPError) else str(error)
    return {"ok": False, "detail": {"error": {"code": code, "message": message}}}


async def run_one(run):
    session = Session(run)
    connected = False

    def report(step, outcome):
        print(json.dumps({"run": run["id"], "step": step.get("as", step["do"]), **outcome}), flush=True)

    connect, *steps = run["steps"]
    try:
        with anyio.fail_after(RUN_SECONDS_MAX):
            async with session.open():
                report(connect, {"ok": True, "detail": session.connected()})
                connected = True
                for step in steps:
                    if step["do"] == "close":
                        break
                    try:
                        with anyio.fail_after(STEP_SECONDS_MAX):
                            outcome = {"ok": True, "detail": await session.perform(step)}
                    except Exception as error:
                        outcome = failure(error)
                    report(step, outcome)
        if steps and steps[-1]["do"] == "close":
            report(steps[-1], {"ok": True, "detail": {}})
    except Exception as error:
        # The library raises this one where an event arrives while it hangs up.
        hung_up = connected and isinstance(first_of(error), anyio.BrokenResourceError)
        outcome = {"ok": True, "detail": {}} if hung_up else failure(error)
        report(steps[-1] if connected else connect, outcome)
    finally:
        if session.http is not None:
            await session.http.aclose()


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    for run in plan["runs"]:
        await run_one(run)


logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
with open(os.devnull, "w", encoding="utf-8") as NOWHERE:
    anyio.run(main)
