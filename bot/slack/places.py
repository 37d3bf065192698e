"""Where something for one person alone stands: the channel between them and the bot."""

from __future__ import annotations

from slack_sdk import WebClient


class Places:
    """To be used by several threads: at worst Slack is asked twice, and says the same."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._direct: dict[str, str] = {}  # person → the channel of direct messages

    def channel(self, place: str) -> str:
        """The channel itself, or the one of direct messages with this person. Raises SlackApiError and OSError."""
        if not is_person(place):
            return place
        if place not in self._direct:
            opened = self._client.conversations_open(users=place)
            self._direct[place] = str(opened["channel"]["id"])
        return self._direct[place]


def is_person(place: str) -> bool:
    """Whether it is the id of a person and not of a channel."""
    return place.startswith(("U", "W"))
