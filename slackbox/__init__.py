"""A local workspace that speaks Slack: for tests, the demo, and trying things without an account.

    with Slackbox(manifest=Path("manifest.json")) as box:
        box.say("bob", "alerts", "checkout is slow")

Its page in the browser is at `box.url`; a bot needs `box.api_url`, `box.bot_token` and `box.app_token`. The map:

    box.py            Slackbox: start it, act as people, look, make trouble
    server.py         the one HTTP server: which path goes where, and who may come in (tcp.py: dropped connections)
    local_slack.py    the parts below, wired
    workspace.py      people, channels, user groups; every change is told to listeners
    messages.py       what is said: posts, threads, edits, deletions, reactions
    content.py        an app's text, blocks, attachments, metadata, checked (mrkdwn.py, blocks.py, block_limits.py)
    typed_text.py     what a person types → Slack's text and rich text
    web_api.py        the Web API's door: token, scopes, faults, limits (ratelimits.py); methods/: one file per family
    sockets.py        Socket Mode: tickets, envelopes, acks, retries
    events.py         changes → events for the app
    interactions.py   commands, clicks, forms, shortcuts → payloads, and what their acks do (elements.py, views.py,
                      one_use_handles.py: trigger ids and response URLs; answers.py: what an app says back)
    people.py         what people do without an app
    webhooks.py       incoming webhooks          files.py     uploads
    page_api.py       /_box, the page's own API (page_stream.py: its live stream; controls.py: its "Try it" panel)
    page/             the page itself
    manifest.py       what the app may do        faults.py    trouble on demand        clock.py, errors.py
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slackbox.box import Slackbox
from slackbox.errors import Refused
from slackbox.interactions import NotAnswered
from slackbox.local_slack import Call
from slackbox.sockets import Delivery

__all__ = ["Call", "Delivery", "NotAnswered", "Refused", "Slackbox", "serve"]


def serve(
    manifest: Path | str | Mapping[str, Any] | None = None,
    port: int = 8410,
    host: str = "127.0.0.1",
    allow_remote: bool = False,
) -> Slackbox:
    """A started workspace as people use it by hand: with Slack's rate limits. The caller closes it."""
    return Slackbox(manifest, port, host, allow_remote, rate_limits=True).start()
