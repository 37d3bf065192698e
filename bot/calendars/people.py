"""Who is meant by a calendar's event: by its attendees, or by what it is called. Pure.

PagerDuty names people as "On Call - Jane Doe - Primary" with an attendee, Opsgenie by their e-mail address, Grafana
OnCall as "[L1] jane", and people who keep a calendar by hand in any way at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.team import Team

_MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Attendee:
    """`mail` without its mailto:, `name` as the calendar has it; either may be empty."""

    mail: str
    name: str
    declined: bool = False


class Names:
    """What people may be called in their calendar: case, accents and what stands between words do not count."""

    def __init__(self, team: Team) -> None:
        self._by_mail = {person.email.casefold(): who for who, person in team.people.items() if person.email}
        called = [(_words(who), who) for who in team.people]
        called += [(_words(person.calendar), who) for who, person in team.people.items() if person.calendar]
        self._by_name = [(words, who) for words, who in called if words.strip()]

    def meant(self, title: str, attendees: Sequence[Attendee]) -> Sequence[str]:
        """The names in the team file, the likeliest first; none where nobody is known.

        An attendee goes before what the event is called, since a schedule's name may hold that of a person too. Who
        declined is not meant, whatever it is called.
        """
        away = self.declined(attendees)
        called = [who for who in self._in_title(title) if who not in away]
        invited = self._known(each for each in attendees if not each.declined)
        if invited:
            return [*(who for who in called if who in invited), *(who for who in invited if who not in called)]
        return called

    def declined(self, attendees: Sequence[Attendee]) -> Collection[str]:
        """The names in the team file of those who will not come, by none of their invitations."""
        coming = self._known(each for each in attendees if not each.declined)
        return [who for who in self._known(each for each in attendees if each.declined) if who not in coming]

    def _known(self, attendees: Iterable[Attendee]) -> Sequence[str]:
        return list(dict.fromkeys(who for each in attendees for who in self._attending(each)))

    def _attending(self, attendee: Attendee) -> Sequence[str]:
        who = self._by_mail.get(attendee.mail.casefold())
        return [who] if who else self._in_title(attendee.name)[:1]

    def _in_title(self, title: str) -> Sequence[str]:
        """Addresses first; then names, in the order in which they stand there, of two in one place the longer one."""
        mails = [self._by_mail.get(each.casefold()) for each in _MAIL.findall(title)]
        # Without addresses: a stranger's may begin with somebody's name.
        text = _words(_MAIL.sub(" ", title))
        at = sorted(
            (match.start(), -len(words), who)
            for words, who in self._by_name
            for match in re.finditer(f"(?={re.escape(words)})", text)
        )
        named: list[str] = []
        end = 0
        for start, length, who in at:
            if start >= end:
                named.append(who)
                end = start - length - 1  # the space after it is the one before the next
        return list(dict.fromkeys([*(who for who in mails if who), *named]))


def _words(text: str) -> str:
    """In lower case and without accents, a space before and after each word."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return f" {_BETWEEN_WORDS.sub(' ', plain).strip()} "
