"""The Web API's door: reads the call, then faults, limits, token, scopes, the method; writes the answer down."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from slackbox.errors import Refused
from slackbox.faults import CallFault
from slackbox.local_slack import Call, LocalSlack
from slackbox.methods import METHODS
from slackbox.methods.request import Method, Request
from slackbox.tcp import Dropped
from slackbox.workspace import Json


class WebApi:
    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack

    async def handle(self, http: HttpRequest) -> Response:
        """/api/<method>"""
        name = http.path_params["method"]
        try:
            args = await read_arguments(http)
        except Refused as refused:
            return self._answered(name, {}, 200, {"ok": False, "error": refused.error})
        token = _token(http, args)
        fault = self.slack.faults.for_call(name)
        refusal = self._spoiled(name, args, fault)
        if refusal is not None:
            return refusal
        method = METHODS.get(name)
        wait = self.slack.rate_limits.for_call(name, method.tier if method else 0, args)
        if wait:
            return self._rate_limited(name, args, wait)
        base_url = f"{http.url.scheme}://{http.url.netloc}"
        body = self._run(method, Request(self.slack, name, args, base_url), token)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "drop_after":
            self._note(name, args, 0, "drop_after")
            return Dropped()
        return self._answered(name, args, 200, body)

    def _spoiled(self, name: str, args: Json, fault: CallFault | None) -> Response | None:
        if fault is None or fault.kind in ("drop_after", "delay"):
            return None
        if fault.kind == "drop_before":
            self._note(name, args, 0, "drop_before")
            return Dropped()
        if fault.kind == "rate_limited":
            return self._rate_limited(name, args, fault.retry_after)
        return self._answered(name, args, fault.status, {"ok": False, "error": "internal_error"})

    def _run(self, method: Method | None, call: Request, token: str | None) -> Json:
        try:
            if method is None:
                raise Refused("unknown_method", req_method=call.method)
            self._authorise(method, call, token)
            return {"ok": True, **method.handler(call)}
        except Refused as refused:
            return {"ok": False, "error": refused.error, **refused.details}

    def _authorise(self, method: Method, call: Request, token: str | None) -> None:
        if method.caller == "anyone":
            return
        if not token:
            raise Refused("not_authed")
        if token not in (self.slack.bot_token, self.slack.app_token):
            raise Refused("invalid_auth")
        if (token == self.slack.app_token) != (method.caller == "app"):
            raise Refused("not_allowed_token_type")
        if method.caller == "bot":  # an app-level token's scopes stand in no manifest
            call.need(*method.scopes)

    def _rate_limited(self, name: str, args: Json, seconds: int) -> Response:
        response = self._answered(name, args, 429, {"ok": False, "error": "ratelimited"})
        response.headers["retry-after"] = str(seconds)
        return response

    def _answered(self, name: str, args: Json, status: int, body: Json) -> Response:
        self._note(name, args, status, body.get("error"))
        headers = {
            "x-oauth-scopes": self.slack.workspace.manifest.provided,
            "x-slack-req-id": str(len(self.slack.calls)),
        }
        return JSONResponse(body, status, headers)

    def _note(self, name: str, args: Json, status: int, error: str | None) -> None:
        self.slack.calls.append(Call(name, args, self.slack.clock.now(), status, error))


async def read_arguments(http: HttpRequest) -> Json:
    """Arguments from the query, a form or JSON. Raises Refused: invalid_json, json_not_object."""
    args: Json = dict(http.query_params)
    kind = http.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        args |= _json_object(await http.body())
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with http.form() as form:
            args |= {key: value for key, value in form.items() if isinstance(value, str)}
    return args


def _json_object(body: bytes) -> Json:
    try:
        value: Any = json.loads(body or b"{}")
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value


def _token(http: HttpRequest, args: Json) -> str | None:
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    named = args.pop("token", None)
    return token.strip() if scheme.lower() == "bearer" and token else named
