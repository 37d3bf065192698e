"""Secrets: whatever a step prints and another system answers, they are hidden before anything is kept or shown."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.model import Http, Outcome, Result
from bot.runbooks.masking import MARK, Mask
from bot.runbooks.network import request
from bot.runbooks.output import HeadAndTail
from bot.runbooks.processes.process import Processes

TOKEN = "T0K-9f8e7d6c5b4a3210"
HARD = "p'a\"s/s&w<o>r\\d é+%?2026"
KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nabc\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"


def shown(chunks: list[bytes], *secrets: str, kept: int = 16 * 1024) -> str:
    output = HeadAndTail(kept, Mask(secret.encode() for secret in secrets))
    for chunk in chunks:
        output.write(chunk)
    return output.text()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in an address": lambda secret: quote(secret, safe=""),
    "in a path": quote,
    "in an address, small letters": lambda secret: re.sub("%..", lambda found: found[0].lower(), quote(secret)),
    "in a form": quote_plus,
    "as JavaScript does": lambda secret: quote(secret, safe="!~*'()"),
    "in JSON": lambda secret: json.dumps(secret)[1:-1],
    "in JSON with its letters": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "in JSON as PHP does": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "in JSON as Go does": lambda secret: (
        json.dumps(secret, ensure_ascii=False)[1:-1]
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
    ),
    "in a Python message": lambda secret: repr(secret)[1:-1],
    "in a shell's trace": lambda secret: secret.replace("'", "'\\''"),
    "quoted for a shell": lambda secret: shlex.quote(secret).strip("'"),
    "in Base64": lambda secret: b64(secret.encode()),
    "in Base64 without padding": lambda secret: b64(secret.encode()).rstrip("="),
    "in Base64 for addresses": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
}


@pytest.mark.parametrize("secret", [TOKEN, HARD])
@pytest.mark.parametrize("way", WRITTEN)
def test_a_secret_is_hidden_in_every_way_of_writing_it(way: str, secret: str) -> None:
    """Nothing of it is left, and what is around it is."""
    assert shown([f"before {WRITTEN[way](secret)} after".encode()], secret) == f"before {MARK} after"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc"])
def test_a_secret_inside_something_in_base64(user: str) -> None:
    """In a Basic header the user's name moves it by some bits; what it shares a character with may keep that one."""
    header = shown([b64(f"{user}:{TOKEN}\n".encode()).encode()], TOKEN)
    before, after = header.split(MARK)
    assert len(before) <= -(-len(f"{user}:") * 4 // 3)
    assert len(after.rstrip("=")) <= 2


def test_base64_with_its_line_breaks() -> None:
    """As `base64` and `openssl` print a long one."""
    long = "".join(f"{number:04}" for number in range(60))
    for width in (76, 64):
        lines = [b64(long.encode())[at : at + width] for at in range(0, 320, width)]
        assert shown(["\n".join(lines).encode()], long) == "\n".join([MARK] * len(lines))


def test_each_line_of_a_long_secret() -> None:
    """A program may print a part of it; lines of up to three characters would hide half of every text."""
    assert shown([b"got MIIEvQIBADANBgkq and abc"], KEY) == f"got {MARK} and abc"
    assert shown([b"[" + KEY.encode() + b"]"], KEY) == f"[{MARK}]"
    assert shown([KEY.replace("\n", "\r\n").encode()], KEY) == f"{MARK}\n{MARK}\nabc\n{MARK}\n{MARK}\n"


def test_a_line_break_at_its_end_is_no_part_of_it() -> None:
    """Files end with one, and what is read from them is often printed without."""
    assert shown([b"it is T0K-1!"], "T0K-1\n") == f"it is {MARK}!"


def test_secrets_that_overlap_are_hidden_together() -> None:
    """Hiding the one first would show the rest of the other."""
    assert shown([b"<abcdefghi> <abcabcabcabc>"], "abcdef", "defghi", "abcabc") == f"<{MARK}> <{MARK}>"


def test_a_secret_in_colours() -> None:
    """`grep --color` writes escape sequences into the middle of what it found."""
    coloured = f"{TOKEN[:5]}\x1b[01;31m{TOKEN[5:12]}\x1b[m{TOKEN[12:]}"
    assert shown([coloured.encode()], TOKEN) == MARK


def test_no_secrets_change_nothing() -> None:
    """Also an empty one."""
    assert shown([b"all of it"]) == shown([b"all of it"], "") == "all of it"


def test_a_secret_that_is_the_mark() -> None:
    """The mark is not masked again."""
    assert shown([b"the secret"], "secret") == f"the {MARK}"


@pytest.mark.parametrize(
    ("end", "left"), [(TOKEN[:8], ""), (TOKEN[:-1], ""), (TOKEN[:7], TOKEN[:7]), ("pass", "pass"), ("passw", "")]
)
def test_a_secret_that_was_cut_off(end: str, left: str) -> None:
    """At the end of the output its beginning is hidden when it is 8 bytes or half of it; elsewhere it may be a word."""
    secrets = (TOKEN, "passw0rd!")
    assert shown([f"it is {end}".encode()], *secrets) == f"it is {left or MARK}"
    assert shown([f"{end} it is".encode()], *secrets) == f"{end} it is"


SECRETS = st.lists(st.text("ABCDEFGH0123", min_size=6, max_size=30), min_size=1, max_size=3)
NOISE = st.text("abc \n", max_size=40)
FORMS = st.sampled_from([WRITTEN["as it is"], WRITTEN["in an address"], WRITTEN["in JSON"]])


@st.composite
def outputs(draw: st.DrawFn) -> tuple[list[str], bytes]:
    """Secrets, and an output in which only they have capitals and digits."""
    secrets = draw(SECRETS)
    parts = draw(st.lists(st.tuples(NOISE, st.sampled_from(secrets), FORMS), max_size=8))
    return secrets, "".join(f"{noise}{way(secret)}" for noise, secret, way in parts).encode() + draw(NOISE).encode()


def cut(data: bytes, at: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(data)) for place in at} | {0, len(data)})
    return [data[first:last] for first, last in pairwise(ends)]


@settings(deadline=None)
@given(outputs(), st.lists(st.integers(0, 400), max_size=20), st.integers(1, 80))
@example((["ABCDEF"], b"xxABCDEFxx" * 9), [5, 13], 5)
def test_nothing_of_a_secret_is_left_however_it_arrives(
    output: tuple[list[str], bytes], places: list[int], kept: int
) -> None:
    """Across chunks, across the cut between head and tail, and whatever stands beside it: not one character."""
    secrets, data = output
    text = shown(cut(data, places), *secrets, kept=kept)
    assert text == shown([data], *secrets, kept=kept)
    assert not re.search("[A-Z0-9]", re.sub(r"\n… [\d,]+ bytes left out …\n", "", text).replace(MARK, ""))


@settings(deadline=None)
@given(outputs(), st.integers(0, 400), st.integers(1, 80))
def test_a_killed_program_shows_less_than_half_of_a_secret(
    output: tuple[list[str], bytes], killed_at: int, kept: int
) -> None:
    """Wherever its output ends: at most seven characters of one, and only at the very end."""
    secrets, data = output
    text = shown([data[:killed_at]], *secrets, kept=kept)
    plain = re.sub(r"\n… [\d,]+ bytes left out …\n", "", text).replace(MARK, " ")
    (left,) = re.findall(r"[A-Z0-9]*\Z", plain)[:1]
    assert not re.search("[A-Z0-9]", plain[: len(plain) - len(left)])
    assert len(left) < 8
    assert not left or any(secret.startswith(left) and 2 * len(left) < len(secret) for secret in secrets)


def test_a_step_has_its_secrets_and_cannot_print_them(tmp_path: Path) -> None:
    """Not in pieces either, and not in what is left when it is killed."""
    environment = {"PATH": os.environ["PATH"], "RUNBOOK_TOKEN": TOKEN}
    slowly = "import os, sys\nfor c in os.environ['RUNBOOK_TOKEN']: sys.stderr.write(c); sys.stderr.flush()"
    with Processes(tmp_path, environment, secrets=(TOKEN.encode(),)) as processes:

        def run(*argv: str, timeout: float = 20) -> str:
            return processes.run(argv, timeout, threading.Event(), lambda *_: None).output

        assert (
            run("sh", "-c", "echo token=$RUNBOOK_TOKEN; env | grep RUNBOOK") == f"token={MARK}\nRUNBOOK_TOKEN={MARK}\n"
        )
        assert run("sh", "-xc", ': "$RUNBOOK_TOKEN"') == f"+ : {MARK}\n"
        assert run("python3", "-c", slowly) == MARK
        assert run("sh", "-c", f"printf {TOKEN[:-2]}; kill -9 $$") == MARK
        dots = "head -c 40000 /dev/zero | tr '\\0' ."
        flood = f"{dots}; for i in 1 2 3; do echo $RUNBOOK_TOKEN; done; {dots}; echo $RUNBOOK_TOKEN"
        assert TOKEN[:6] not in run("sh", "-c", flood)


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent, as a debug page does; /401 refuses, /cut ends in the middle."""

    received: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.received.append(self.headers.get("X-Token", ""))
        said = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode("latin-1")
        self.send_response(401 if self.path == "/401" else 200)
        self.send_header("Content-Length", str(len(said) + (100 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    Echo.received.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def ask(url: str, headers: dict[str, str], **secrets: str) -> Outcome:
    return request(Http(url, headers=headers), 10, threading.Event(), secrets)


def test_a_secret_reaches_a_header_and_not_the_answer(echo: str) -> None:
    """`{name}` is filled in when the request is sent; a server that repeats it tells nobody."""
    answer = ask(f"{echo}/", {"X-Token": "Bearer {token}", "X-Braces": "{{not}} {id}"}, token=TOKEN, id="7-of-9")
    seen = [line for line in answer.output.splitlines() if line.startswith("X-")]
    assert Echo.received == [f"Bearer {TOKEN}"]
    assert seen == [f"X-Token: Bearer {MARK}", f"X-Braces: {{not}} {MARK}"]
    assert (answer.result, answer.said) == (Result.OK, f"http 200 from {echo}/")


def test_a_secret_is_sent_as_it_is(echo: str) -> None:
    """What looks like a placeholder in it is none, and its letters are UTF-8."""
    ask(f"{echo}/", {"X-Token": "{token}"}, token="S3{id}}}é", id="other")
    assert Echo.received == ["S3{id}}}é".encode().decode("latin-1")]


@pytest.mark.parametrize("path", ["/401", "/cut"])
def test_failures_hide_it_too(echo: str, path: str) -> None:
    """A refusal that quotes the token, and an answer that breaks off."""
    answer = ask(f"{echo}{path}", {"X-Token": "{token}"}, token=TOKEN)
    assert answer.result is Result.FAILED
    assert TOKEN[:6] not in answer.said + answer.output


@pytest.mark.parametrize("evil", [f"{TOKEN}\r\nX-Admin: yes", f"{TOKEN}\n", f"\0{TOKEN}", f"{TOKEN}\x7f"])
def test_a_secret_writes_no_headers_of_its_own(echo: str, evil: str) -> None:
    """It is refused before anything is sent, by its name and without its value."""
    refused = ask(f"{echo}/", {"X-Token": "{token}"}, token=evil)
    assert Echo.received == []
    said = "not sent: the secret token holds a line break or another control character, and no header may"
    assert refused == Outcome(Result.FAILED, said, "", 0.0)


def test_a_header_with_spaces_around_is_refused(echo: str) -> None:
    """A value is never trimmed, and a header with spaces around would be."""
    refused = ask(f"{echo}/", {"X-Token": "{token}"}, token=f"{TOKEN} ")
    assert refused == Outcome(
        Result.FAILED, "not sent: header X-Token starts or ends with a space, and none may", "", 0.0
    )


def test_a_secret_that_is_not_there_is_named(echo: str) -> None:
    """Nothing is sent with a hole in it."""
    said = "not sent: header X-Token needs the secret token, which is not there"
    assert ask(f"{echo}/", {"X-Token": "{token}"}) == Outcome(Result.FAILED, said, "", 0.0)


def test_what_stands_already_masked_stays() -> None:
    """Texts pass through more than once."""
    mask = Mask([b"secret", TOKEN.encode()])
    once = mask.hide_in_text(f"a secret, {TOKEN}")
    assert (once, mask.hide_in_text(once)) == (f"a {MARK}, {MARK}",) * 2
