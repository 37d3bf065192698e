"""`python -m slackbox`: the workspace alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from slackbox import Slackbox, serve


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 after Ctrl-C or SIGTERM, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m slackbox", description="A local workspace that speaks Slack.")
    parser.add_argument("--port", type=int, default=8410)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--allow-remote", action="store_true", help="let --host be an address others can reach")
    parser.add_argument("--manifest", type=Path, help="an app manifest; without one the app may do everything")
    given = parser.parse_args(arguments)
    try:
        box = serve(given.manifest, given.port, given.host, given.allow_remote)
    except (OSError, ValueError, json.JSONDecodeError) as problem:
        sys.stderr.write(f"slackbox: {problem}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.stdout.write(welcome(box))
    sys.stdout.flush()
    while not stop.wait(0.5):  # an endless wait can miss a signal that comes just as it begins
        pass
    box.close()
    return 0


def welcome(box: Slackbox) -> str:
    """Where the page is, and what a bot needs to connect."""
    return (
        f"The workspace is at {box.url}\n"
        "A bot connects with\n"
        f"  SLACK_API_URL={box.api_url}\n"
        f"  SLACK_BOT_TOKEN={box.bot_token}\n"
        f"  SLACK_APP_TOKEN={box.app_token}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
