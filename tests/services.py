"""What tests against real services need: their programs, or a word why not; and a port that nobody has."""

from __future__ import annotations

import os
import shutil
import socket

import pytest


def need(program: str) -> str:
    """Its path. Without it the test is skipped or, where services are required, fails."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        if os.environ.get("PLANTAO_REQUIRE_SERVICES"):
            pytest.fail(f"{program} is not installed, and PLANTAO_REQUIRE_SERVICES is set")
        pytest.skip(f"{program} is not installed")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
