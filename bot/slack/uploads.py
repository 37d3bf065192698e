"""Uploads files into threads or to one person: one at a time, again when Slack was not reached, looked for first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.mrkdwn import clean
from bot.slack.places import Places
from bot.store import Store
from bot.store.files import File

log = structlog.get_logger()

_LONGEST_PAUSE = 60.0  # seconds between two tries
_DESCRIBED = 1000  # characters of alternative text that Slack takes
_LOOK_BACK = 200  # messages of a thread or channel in which a file in doubt is looked for


class Uploads:
    def __init__(
        self, store: Store, client: WebClient, now: Callable[[], datetime], stands: Callable[[str], None]
    ) -> None:
        """`client` waits as long as Slack asks it to; `stands` is told the subject of a file that people can open."""
        self._store = store
        self._client = client
        self._now = now
        self._stands = stands
        self._places = Places(client)
        self._something = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="uploads")

    def start(self) -> None:
        self._thread.start()

    def put(
        self,
        key: str,
        subject: str,
        channel: str,
        thread: str | None,
        name: str,
        body: str | bytes,
        *,
        described: str = "",
    ) -> None:
        """The file is to stand there: durable on return, uploaded soon after. Once for each key.

        `channel`: or the id of a person, who alone sees it. `name` holds something that is this file's own.
        `described`: what a picture shows, for those who do not see it.
        """
        data = body.encode() if isinstance(body, str) else body
        told = clean(described, _DESCRIBED)
        if self._store.files.add_file(key, subject, channel, thread, name, data, self._now(), described=told):
            with self._something:
                self._something.notify()

    def stop(self) -> None:
        """Returns when the upload at hand is over; the others wait for the next start."""
        with self._something:
            self._stopping = True
            self._something.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                with self._something:
                    while not self._stopping and (file := self._store.files.due_file(self._now())) is None:
                        due = self._store.files.next_due()
                        self._something.wait(None if due is None else max((due - self._now()).total_seconds(), 0.05))
                    if self._stopping:
                        return
                assert file is not None  # noqa: S101  # the loop ended with one
                self._upload(file)
            except Exception:  # the edge of the thread: whatever broke may heal
                log.exception("upload stumbled")
                with self._something:
                    self._something.wait(1.0)

    def _upload(self, file: File) -> None:
        try:
            if not (file.begun and self._found(file)):
                self._store.files.begin_upload(file.key)
                place = self._places.channel(file.channel)
                self._client.files_upload_v2(
                    channel=place,
                    thread_ts=file.thread,
                    filename=file.name,
                    title=file.name,
                    content=file.body,
                    alt_txt=file.described or None,
                )
        except (SlackClientError, OSError) as error:
            log.warning("file not uploaded", file=file.key, error=str(error))
            pause = min(_LONGEST_PAUSE, 2.0 ** min(file.attempts, 10))
            self._store.files.file_delayed(file.key, self._now() + timedelta(seconds=pause), str(error))
            return
        self._store.files.file_sent(file.key, self._now())
        self._stands(file.subject)

    def _found(self, file: File) -> bool:
        """Whether the file of an interrupted upload stands there, by its name."""
        place = self._places.channel(file.channel)
        if file.thread is None:
            answer = self._client.conversations_history(channel=place, limit=_LOOK_BACK)
        else:
            answer = self._client.conversations_replies(channel=place, ts=file.thread, limit=_LOOK_BACK)
        return any(each.get("name") == file.name for message in answer["messages"] for each in message.get("files", ()))
