"""The one HTTP server: which path goes where, who may come in, and the thread it runs on."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from slackbox.answers import answer
from slackbox.errors import Refused
from slackbox.local_slack import LocalSlack
from slackbox.page_api import PageApi
from slackbox.tcp import Connection, Dropped
from slackbox.web_api import WebApi
from slackbox.webhooks import STATUS

PAGE = Path(__file__).parent / "page"
Endpoint = Callable[[HttpRequest], Awaitable[Response]]


def application(slack: LocalSlack, host: str, port: int) -> ASGIApp:
    """Every path of the workspace."""
    outside = Outside(slack)
    page = PageApi(slack)
    api = WebApi(slack)

    async def index(_: HttpRequest) -> Response:
        return FileResponse(PAGE / "index.html")

    routes = [
        Route("/", index),
        Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
        Route("/api/{method:path}", api.handle, methods=["GET", "POST"]),
        WebSocketRoute("/link/", slack.sockets.serve),
        Route("/services/{team}/{bot}/{key}", outside.webhook, methods=["POST"]),
        Route("/response/{key}", outside.response_url, methods=["POST"]),
        Route("/upload/{key}", outside.upload, methods=["POST", "PUT"]),
        Route("/files/{file_id}/{name}", outside.download),
        Route("/archives/{channel}/{message}", permalink),
        *page.routes(),
    ]
    return Guard(Starlette(routes=routes), host, port)


async def permalink(http: HttpRequest) -> Response:
    """A message's permalink leads to its place on the page."""
    digits = http.path_params["message"].removeprefix("p")
    ts = f"{digits[:-6]}.{digits[-6:]}"
    thread = http.query_params.get("thread_ts", ts)
    return RedirectResponse(f"/#{http.path_params['channel']}/{thread}?{ts}")


class Outside:
    """The addresses that are used without the Web API: webhooks, response URLs, uploads and downloads."""

    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack

    async def webhook(self, http: HttpRequest) -> Response:
        return await self._spoiled_or("webhook", http, self._webhook)

    async def response_url(self, http: HttpRequest) -> Response:
        return await self._spoiled_or("response_url", http, self._response_url)

    async def _webhook(self, http: HttpRequest) -> Response:
        bot, key = http.path_params["bot"], http.path_params["key"]
        wait = self.slack.rate_limits.for_webhook(key)
        if wait:
            return PlainTextResponse("rate_limited", 429, {"retry-after": str(wait)})
        try:
            self.slack.webhooks.post(bot, key, await _payload(http))
        except Refused as refused:
            return PlainTextResponse(refused.error, STATUS.get(refused.error, 400))
        return PlainTextResponse("ok")

    async def _response_url(self, http: HttpRequest) -> Response:
        try:
            where = self.slack.interactions.response_urls.use(http.path_params["key"])
            answer(self.slack.workspace, where, await _payload(http))
        except Refused as refused:
            status = 404 if refused.error.endswith("_url") else 200
            return JSONResponse({"ok": False, "error": refused.error, **refused.details}, status)
        return PlainTextResponse("ok")

    async def _spoiled_or(self, name: str, http: HttpRequest, work: Endpoint) -> Response:
        """Faults on these addresses, under the names `webhook` and `response_url`."""
        fault = self.slack.faults.for_call(name)
        if fault is None:
            return await work(http)
        if fault.kind == "rate_limited":
            return PlainTextResponse("rate_limited", 429, {"retry-after": str(fault.retry_after)})
        if fault.kind == "server_error":
            return PlainTextResponse("server_error", fault.status)
        if fault.kind == "drop_before":
            await http.body()  # closing with the body unread resets the connection instead
            return Dropped()
        response = await work(http)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return response
        return Dropped()

    async def upload(self, http: HttpRequest) -> Response:
        """Step 2: the raw bytes, or one part of a form."""
        if http.headers.get("content-type", "").startswith("multipart/form-data"):
            async with http.form() as form:
                part = next((each for each in form.values() if not isinstance(each, str)), None)
                data = await part.read() if part is not None else b""
        else:
            data = await http.body()
        try:
            file = self.slack.files.receive(http.path_params["key"], data)
        except Refused as refused:
            return PlainTextResponse(refused.error, 404 if refused.error == "not_found" else 400)
        return PlainTextResponse(f"OK - {file.length}")

    async def download(self, http: HttpRequest) -> Response:
        """A file's bytes, for the bot's token or for someone looking at the page (`?as=U…`)."""
        token = http.headers.get("authorization", "").removeprefix("Bearer ")
        if token != self.slack.bot_token and http.query_params.get("as") not in self.slack.workspace.people:
            return PlainTextResponse("not_authed", 403)
        try:
            file = self.slack.files.find(http.path_params["file_id"])
        except Refused:
            return PlainTextResponse("file_not_found", 404)
        # Shown as text or a download, never as a page of its own: its content is anybody's.
        kind = self.slack.files.as_json(file)["mimetype"]
        kind = kind if kind.startswith("image/") and "svg" not in kind else "text/plain; charset=utf-8"
        return Response(file.data, media_type=kind, headers={"x-content-type-options": "nosniff"})


async def _payload(http: HttpRequest) -> Any:
    """JSON, or a form's `payload` field with JSON in it. Raises Refused("invalid_payload")."""
    body: bytes | str = await http.body()
    if http.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        async with http.form() as form:
            body = str(form.get("payload", ""))
    try:
        return json.loads(body)
    except ValueError:
        raise Refused("invalid_payload") from None


class Guard:
    """Keeps other web pages out: no foreign Origin anywhere, and the page's own paths only under the box's own name.

    A page elsewhere could otherwise drive the workspace from the person's browser (CSRF, DNS rebinding).
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.app = app
        self.port = port
        self.any_address = not is_loopback(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            foreign = origin is not None and origin != f"http://{host}"
            if headers.get("sec-fetch-site") == "cross-site" and not (
                scope["path"] == "/" and scope["method"] == "GET"
            ):
                foreign = True  # a link to the page may be followed from anywhere; nothing else
            own_path = scope["path"] == "/" or scope["path"].startswith(("/page", "/_box", "/files"))
            if foreign or (own_path and not self._is_own(host)):
                await PlainTextResponse("This address is for the workspace's own page.", 403)(scope, receive, send)
                return
        elif scope["type"] == "websocket" and Headers(scope=scope).get("origin") is not None:
            await send({"type": "websocket.close", "code": 1008})  # bots send no Origin; browsers always do
            return
        await self.app(scope, receive, send)

    def _is_own(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        if port != str(self.port):
            return False
        if name in ("127.0.0.1", "localhost", "[::1]"):
            return True
        if not self.any_address:
            return False
        with contextlib.suppress(ValueError):
            # An address cannot be rebound, a name can.
            return bool(ipaddress.ip_address(name.strip("[]")))
        return False


def is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class _Uvicorn(uvicorn.Server):
    """Starts and stops at once: no polling, and open connections are closed, not waited for."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self.ready = ready
        self.stopping = asyncio.Event()

    async def main_loop(self) -> None:
        self.ready.set()
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        tasks = set(self.server_state.tasks)
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=0.2)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


class ServerThread:
    """The server on a thread of its own. `start` comes back when it answers; `stop` when the thread has ended."""

    def __init__(self, slack: LocalSlack, host: str, port: int) -> None:
        self.slack = slack
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self.host = host
        self.loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._server: _Uvicorn | None = None
        self._thread = threading.Thread(target=self._run, name=f"slackbox-{self.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise RuntimeError("the workspace's server did not start") from self._failure

    def stop(self) -> None:
        if self._thread.is_alive() and self.loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended by itself meanwhile
                self.loop.call_soon_threadsafe(self._stop)
            self._thread.join(timeout=10)
        self._socket.close()

    def _stop(self) -> None:
        self.slack.stop()
        if self._server is not None:
            self._server.stopping.set()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - the edge of the thread: start() raises it
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        config = uvicorn.Config(
            application(self.slack, self.host, self.port),
            http=Connection,
            ws="websockets-sansio",
            ws_ping_interval=10,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
        )
        self._server = _Uvicorn(config, self._ready)
        await self._server.serve(sockets=[self._socket])
