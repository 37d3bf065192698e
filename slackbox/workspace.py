"""Who and what is in the workspace: the team, its people, bots, channels and user groups.

Plain state, changed only on the server's own thread. What happens is told to `listeners` as a `Change`; events for
the app (events.py) and the browser's live stream (page_stream.py) are both made from these, so neither can miss
something that the other sees. What is said in channels is in messages.py.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from slackbox.clock import Clock
from slackbox.errors import Refused
from slackbox.manifest import Manifest

Json = dict[str, Any]
TEAM_ID = "T0000000001"
APP_ID = "A0000000001"
BOT_USER_ID = "U000000B0T1"
BOT_ID = "B0000000001"
SLACKBOT = "USLACKBOT"


@dataclass
class Person:
    """A member of the workspace; a bot user is one too, and has a bot_id."""

    id: str
    name: str
    real_name: str
    color: str
    bot_id: str | None = None
    tz: str = "America/Sao_Paulo"

    @property
    def is_bot(self) -> bool:
        return self.bot_id is not None

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


@dataclass
class Bot:
    """Who a message without a person comes from: the app's bot (with a user), or an incoming webhook (without)."""

    id: str
    name: str
    app_id: str
    user_id: str | None = None
    icons: Json = field(default_factory=dict)


@dataclass
class Channel:
    """A public or private channel, or a direct message between two members. `messages` is by ts, oldest first."""

    id: str
    name: str
    creator: str
    created: int
    members: list[str]
    kind: str = "channels"  # the word in the scopes: channels, groups, im
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    is_archived: bool = False
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)
    ephemerals: list[tuple[str, Json]] = field(default_factory=list)  # (who alone sees it, message)
    pins: list[Json] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)

    @property
    def is_im(self) -> bool:
        return self.kind == "im"

    @property
    def channel_type(self) -> str:
        """The word in message events."""
        return {"channels": "channel", "groups": "group", "im": "im"}[self.kind]

    def other_than(self, user: str) -> str:
        """The other member of a direct message (oneself, when it is with oneself)."""
        return next((member for member in self.members if member != user), user)


@dataclass
class Usergroup:
    id: str
    handle: str
    name: str
    users: list[str]
    description: str = ""
    date_create: int = 0
    date_update: int = 0
    updated_by: str = ""


@dataclass(frozen=True)
class Change:
    """Something that happened. `kind` is the event's name as Slack has it, or `ephemeral`, `ephemeral_gone`."""

    kind: str
    channel: Channel | None
    body: Json
    to: str | None = None  # the one person an ephemeral is for


class Workspace:
    """The state of one team with one app in it."""

    def __init__(self, clock: Clock, manifest: Manifest) -> None:
        self.clock = clock
        self.manifest = manifest
        self.team_id, self.team_name, self.domain = TEAM_ID, "Local workspace", "local"
        self.listeners: list[Callable[[Change], None]] = []
        self._counters: dict[str, int] = {}
        self._last_ts = 0
        people = [("alice", "Alice", "9f69e7"), ("bob", "Bob", "4bbe2e"), ("carol", "Carol", "e7392d")]
        self.people: dict[str, Person] = {}
        for name, real_name, color in people:
            self.add_person(name, real_name, color)
        bot_name = manifest.bot_name
        self.people[BOT_USER_ID] = Person(BOT_USER_ID, username(bot_name), manifest.name, "2b6cb0", bot_id=BOT_ID)
        self.bots: dict[str, Bot] = {BOT_ID: Bot(BOT_ID, bot_name, APP_ID, BOT_USER_ID)}
        self._counters.update(A=1, B=1)  # taken by the app and its bot, above
        self.channels: dict[str, Channel] = {}
        humans = [person.id for person in self.people.values() if not person.is_bot]
        for name in ("alerts", "incidents", "general"):
            members = [*humans, BOT_USER_ID] if name != "general" else list(humans)
            self.add_channel(name, creator=humans[0], members=members)
        self.usergroups: dict[str, Usergroup] = {}
        self.add_usergroup("oncall", "On call", [humans[0]], by=humans[0])

    # -- making things ------------------------------------------------------------------------------------------
    def new_id(self, prefix: str) -> str:
        """The next id of a kind: C0000000004, B0000000002."""
        self._counters[prefix] = self._counters.get(prefix, 0) + 1
        return f"{prefix}{self._counters[prefix]:010d}"

    def new_ts(self) -> str:
        """A message's ts: seconds with six decimals, never the same twice and never smaller than the one before."""
        self._last_ts = max(int(self.clock.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def seconds(self) -> int:
        return int(self.clock.now())

    def add_person(self, name: str, real_name: str = "", color: str = "674b1b") -> Person:
        person = Person(self.new_id("U"), name, real_name or name.capitalize(), color)
        self.people[person.id] = person
        return person

    def add_bot(self, name: str, icons: Json | None = None) -> Bot:
        """A poster without a user of its own, as each incoming webhook is."""
        bot = Bot(self.new_id("B"), name, self.new_id("A"))
        bot.icons = icons or {}
        self.bots[bot.id] = bot
        return bot

    def add_channel(self, name: str, creator: str, members: list[str], kind: str = "channels") -> Channel:
        channel = Channel(self.new_id("C"), name, creator, self.seconds(), members, kind)
        self.channels[channel.id] = channel
        return channel

    def add_usergroup(self, handle: str, name: str, users: list[str], by: str, description: str = "") -> Usergroup:
        now = self.seconds()
        group = Usergroup(self.new_id("S"), handle, name, users, description, now, now, by)
        self.usergroups[group.id] = group
        return group

    def direct_message(self, one: str, other: str) -> Channel:
        """The direct message between two members, opened when it is not there yet."""
        for channel in self.channels.values():
            if channel.is_im and sorted(channel.members) == sorted([one, other]):
                return channel
        channel = Channel(self.new_id("D"), "", one, self.seconds(), [one, other], "im")
        self.channels[channel.id] = channel
        self.tell("im_created", channel, {})
        return channel

    # -- finding things -----------------------------------------------------------------------------------------
    def person(self, who: str) -> Person:
        """By id, or by name. Raises Refused("user_not_found")."""
        found = self.people.get(who) or next((p for p in self.people.values() if p.name == who.lstrip("@")), None)
        if found is None:
            raise Refused("user_not_found")
        return found

    def channel(self, which: str) -> Channel:
        """By id, or by name with or without #. Raises Refused("channel_not_found")."""
        name = which.lstrip("#")
        found = self.channels.get(which) or next((c for c in self.channels.values() if name and c.name == name), None)
        if found is None:
            raise Refused("channel_not_found")
        return found

    def humans(self) -> Iterator[Person]:
        return (person for person in self.people.values() if not person.is_bot)

    @property
    def bot_user(self) -> Person:
        return self.people[BOT_USER_ID]

    # -- membership ---------------------------------------------------------------------------------------------
    def join(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        """Makes a member of someone; says nothing when they are one already."""
        if user in channel.members:
            return
        channel.members.append(user)
        event: Json = {"user": user, "team": self.team_id}
        if inviter:
            event["inviter"] = inviter
        self.tell("member_joined_channel", channel, event)

    def leave(self, channel: Channel, user: str) -> None:
        channel.members.remove(user)
        self.tell("member_left_channel", channel, {"user": user, "team": self.team_id})

    def tell(self, kind: str, channel: Channel | None, body: Json, to: str | None = None) -> None:
        for listener in self.listeners:
            listener(Change(kind, channel, body, to))


def username(display_name: str) -> str:
    """A bot's user name, as Slack makes it from the display name: lower case, no spaces."""
    return re.sub(r"[^\w.-]+", "_", display_name.lower()).strip("_") or "app"


def random_id(length: int = 5) -> str:
    """What Slack puts where an id was left out: block_id, action_id."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(secrets.choice(letters) for _ in range(length))
