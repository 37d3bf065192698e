"""team.yaml: what the bot reads in it, and what it says of a file that is wrong."""

from pathlib import Path

import pytest

from bot import team_file
from bot.errors import TeamError
from bot.model import Severity

EXAMPLE = Path(__file__).parent.parent / "team.yaml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "team.yaml"
    path.write_text(text)
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    """What is said of the file, each with its line number and without its path."""
    path = written(tmp_path, text)
    with pytest.raises(TeamError) as caught:
        team_file.load(path)
    return [said.removeprefix(f"{path}:") for said in caught.value.problems]


def test_the_example_team_says_who_may_do_what() -> None:
    """The file that the README tells people to copy is read whole."""
    ours = team_file.load(EXAMPLE)
    assert ours.holders("approvers") == {"U0000000001", "U0000000002"}
    assert ours.roles_of("U0000000003") == {"lead", "manager"}
    assert ours.name_of("U0000000002") == "bob"
    assert [level.to for level in ours.escalation.levels(Severity.P0)] == ["oncall", "role:lead", "role:manager"]
    assert [level.unless for level in ours.escalation.levels(Severity.P0)] == [
        "acknowledged",
        "acknowledged",
        "mitigated",
    ]
    assert ours.updates == {Severity.P0: 1800.0, Severity.P1: 3600.0}
    assert ours.rota is not None
    assert (ours.rota.order, ours.rota.every) == (("alice", "bob", "carol"), 604800.0)


def test_strangers_hold_nothing(tmp_path: Path) -> None:
    """Neither a person nor a role that the file does not have is an error to ask for."""
    ours = team_file.load(written(tmp_path, "people: {ana: {slack: U123}}\n"))
    assert (ours.holders("approvers"), ours.roles_of("U999"), ours.name_of("U999")) == (frozenset(), frozenset(), None)


def test_a_role_may_be_a_slack_group(tmp_path: Path) -> None:
    """Alone, or beside people; whom the group holds is Slack's to say."""
    ours = team_file.load(
        written(
            tmp_path, 'people: {ana: {slack: U123}}\nroles: {sre: "group:S0123", approvers: [ana, "group:S0999"]}\n'
        )
    )
    assert ours.holders("sre") == {"S0123"}
    assert ours.holders("approvers") == {"U123", "S0999"}
    assert ours.roles_of("S0999") == {"approvers"}


def test_everything_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    """Slips of the pen, unknown keys and names that lead nowhere, in one answer."""
    said = problems(
        tmp_path,
        """\
people:
  alice: {slack: U0000000001}
  bob: {slack: "@bob", mail: bob@example.com}
roles: {approvers: [alice, bobby], lead: zed}
emergency: {roles: [chief]}
policy: [{match: {labels: {}}, severity: P9}]
rota:
  timezone: Mars/Olympus
  start: 2026-11-16T09:00Z
  every: 2
  order: [alice, dora]
  cover: [{who: eve, from: 2026-12-24T09:00, to: 2026-12-23T09:00}]
escalation:
  P0: [{after: 0m, to: alice}, {after: 1m, to: "role:boss", unless: never}]
updates: {P0: 0s}
links: [{title: x, url: "javascript:alert(1)"}]
""",
    )
    assert said == [
        "3: `people.bob.mail` is not known to this version; `email` is",
        '3: `people.bob.slack` is "@bob"; write the member ID from the person\'s Slack profile: U…',
        "4: `roles.approvers[2]` names bobby, who is not in `people`; known are alice, bob",
        "4: `roles.lead` names zed, who is not in `people`; known are alice, bob",
        "5: `emergency.roles[1]` names the role chief, which is not in `roles`; known are approvers, lead",
        "6: `policy[1].match.labels` is an empty mapping; write at least 1 of them",
        '6: `policy[1].severity` is "P9"; write P0, P1, P2 or P3',
        '8: `rota.timezone` is "Mars/Olympus", which is no time zone; write one such as America/Sao_Paulo or UTC',
        '9: `rota.start` is "2026-11-16T09:00Z"; input should not have timezone info',
        "10: `rota.every` is no duration; write a number and a unit: 30s, 15m, 2h, 1d or 1w",
        "11: `rota.order[2]` names dora, who is not in `people`; known are alice, bob",
        "12: `rota.cover[1].to` is not after `from`; swap them or mend the dates",
        "12: `rota.cover[1].who` names eve, who is not in `people`; known are alice, bob",
        '14: `escalation.P0[1].to` is "alice"; write oncall, a role such as role:lead, or page',
        "14: `escalation.P0[2].to` names the role boss, which is not in `roles`; known are approvers, lead",
        '14: `escalation.P0[2].unless` is "never"; write acknowledged, mitigated or resolved',
        '15: `updates.P0` is "0s"; write at least 1m',
        '16: `links[1].url` is "javascript:alert(1)"; write an address that begins with https://',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people: {}\n", ["1: `people` is an empty mapping; write at least 1 of them"]),
        ("", ["1: is empty; needed are people"]),
        (
            "people: {a: {slack: U12}, b: {slack: U12}}\n",
            [
                "1: `people.a.slack` is U12, as for b; one person has one entry",
                "1: `people.b.slack` is U12, as for a; one person has one entry",
            ],
        ),
        (
            "people: {a: {slack: U12}}\nescalation: {P0: [{after: 0m, to: oncall}]}\n",
            ["2: `escalation` tells the person on call, and there is no `rota`; add one"],
        ),
        (
            "people: {a: {slack: U12}}\n"
            "rota: {timezone: UTC, start: 2026-01-01T09:00, every: 1d, order: [a],\n"
            "  cover: [\n"
            "  {who: a, from: 2026-01-05T09:00, to: 2026-01-07T09:00},\n"
            "  {who: a, from: 2026-01-06T09:00, to: 2026-01-08T09:00}]}\n",
            ["5: `rota.cover[2]` begins before another cover ends; one person covers at a time"],
        ),
        ("people: {a: {slack: U12}}\nrota: {timezone: UTC, start: 2026-01-01T09:00, every: 30m, order: [a]}\n",
            ['2: `rota.every` is "30m"; write at least 1h']),
        ("people: {a: {slack: U12}}\nrota: {timezone: UTC, start: 2026-01-01T09:00, every: 99999w, order: [a]}\n",
            ['2: `rota.every` is "99999w"; write at most 53w']),
        ("people: {a: {slack: U12}}\nrota:\n  timezone: UTC\n  start: 2026-01-01T09:00\n  every: 1w\n  order: []\n",
            ["6: `rota.order` is an empty list; write at least 1 of them"]),
        ("people: {a: {slack: U12}}\nrota:\n  timezone: UTC\n  order: [a]\n",
            ["2: `rota.every` is missing; add it, or take the shifts from a calendar with `ics`",
             "2: `rota.start` is missing; add it, or take the shifts from a calendar with `ics`"]),
        ("people: {a: {slack: U12}}\nrota:\n  ics: oncall.ics\n",
            ["2: `rota` has no `timezone`; add it"]),
        ("people: {a: {slack: U12}}\nrota:\n  timezone: UTC\n  every: 1w\n  ics: oncall.ics\n",
            ["5: `rota.ics` stands beside an order; keep one of them"]),
        ("people: {a: {slack: U12}}\nrota: {timezone: UTC, ics: a.ics, user_group: oncall}\n",
            ['2: `rota.user_group` is "oncall"; write the group\'s ID in Slack: S…']),
        ("people: {a: {slack: U12}}\nhandoff: {remind: 30s, escalate: 1w}\n",
            ['2: `handoff.escalate` is "1w"; write at most 1d', '2: `handoff.remind` is "30s"; write at least 1m']),
        ("people: {a: {slack: U12}}\nhandoff: {remind: 1m}\n",
            ["2: `handoff.remind` makes 60 reminders until `escalate`, and 24 are the most; write at least 3m"]),
        ("people: {a: {slack: U12}}\nhandoff:\n  remind: 59m\n  escalate: 24h\n",
            ["3: `handoff.remind` makes 25 reminders until `escalate`, and 24 are the most; write at least 1h"]),
        *(
            (f"people: {{a: {{slack: U12}}}}\nrota: {{timezone: {zone}, ics: a.ics}}\n",
                [f'2: `rota.timezone` is "{zone}", which may be another one on another machine, or none; '
                 "write one such as America/Sao_Paulo or UTC"])
            for zone in ("localtime", "posixrules", "Factory", "posix/America/Sao_Paulo", "right/UTC")
        ),
        *(
            (f"people: {{a: {{slack: U12}}}}\nrota: {{timezone: UTC, ics: '{ics}'}}\n",
                ["2: `rota.ics` is no calendar; write a file, or an address that begins with https:// or webcal://"])
            for ics in ("", " ", "ftp://cal.example.com/s3cret", "https://[s3cret", "webcal://", "https://a b/s3cret")
        ),
        *(
            (f"people: {{a: {{slack: U12}}}}\npage: {{url: '{url}'}}\n",
                [f'2: `page.url` is "{url}"; write an address that begins with https://'])
            for url in ("https://[your-pager]/v2", "https://a..b/c", "https://x:99999/", "https://x:0/", "https://é..x/")
        ),
        *(
            (f"people: {{a: {{slack: U12}}}}\nstakeholders: {{P0: ['{mail}']}}\n",
                [f'2: `stakeholders.P0[1]` is "{mail}"; write an address such as alice@example.com'])
            for mail in ("o@[10.0.0.1", "ops@example", "ops@::%.x", "a..b@x.org", "ó@x.org", "a@b.c,d@e.f", "a@x..y")
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(tmp_path: Path, text: str, said: list[str]) -> None:
    """Each with its line and what would be right."""
    assert problems(tmp_path, text) == said


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://hooks.example.com/a?b=c#d",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/x",
            "http://status_page:80/",
        ),
        *("https://user:pass@example.com./", "https://status.exämple.com/é", f"https://{'a' * 63}.com"),
    ],
)
def test_addresses_of_all_kinds_are_taken(tmp_path: Path, url: str) -> None:
    text = f"people: {{a: {{slack: U12, email: a.b+c@ops-1.example.com}}}}\npage: {{url: '{url}'}}\n"
    page = team_file.load(written(tmp_path, text)).page
    assert page is not None
    assert page.url == url


@pytest.mark.parametrize("part", ["people", "roles", "rota", "escalation", "emergency", "policy", "updates"])
@pytest.mark.parametrize("value", ["[1, [2], {a: b}]", "{a: {b: [c]}, order: {x: 1}, cover: [1], P0: 7}", "text", "3"])
def test_nonsense_is_an_error_and_never_a_crash(tmp_path: Path, part: str, value: str) -> None:
    """The checks of one part against another meet parts of any shape."""
    path = written(tmp_path, f"{part}: {value}\n" + ("" if part == "people" else "people: {a: {slack: U12}}\n"))
    with pytest.raises(TeamError):
        team_file.load(path)
