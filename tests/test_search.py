"""Incidents are found by what people wrote of them, whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.incidents.opening import join, open_anew
from bot.model import BOT, Incident, IncidentState, Known, Severity, UpdateKind
from bot.slack.incidents.looking import marked
from bot.store import Store
from bot.store.schema import MIGRATIONS
from bot.store.search import query
from tests.samples import ALERT, ALICE, BOB, CLASSIFICATION, MONITOR, NOW


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store(tmp_path_factory.mktemp("search") / "plantao.db")) as store:
        yield store


def opened(store: Store, title: str, **parts: str) -> Incident:
    return open_anew(store, title, Severity.P1, None, NOW, who=ALICE, **parts)


def numbers(store: Store, typed: str) -> list[int]:
    return [each.number for each in store.search.find(typed, 20)]


def test_all_that_people_wrote_is_found(store: Store) -> None:
    """Words may stand in different places; the beginning of one is enough, and neither case nor accents matter."""
    id = opened(store, "Pagamento está fora do ar", impact="Nenhum cartão passa").id
    assert store.search.find("nothing here", 5) == []
    store.timeline.append(NOW, BOB, "note", id, {"text": "o pool esgotou as conexões"})
    store.timeline.append(NOW, BOB, "escalated", id, {"to": "role:lead", "why": "ninguém acha a raiz"})
    store.timeline.append(NOW, BOB, "ticked", id, {"text": "Severity is set"})
    store.incidents.say_how_it_ended(id, "vazamento de sessões", "voltamos à 1.2.0", None)
    (number,) = numbers(store, "pagamento")
    for typed in ("ESTA", "esta cartao", "conexoes pool", "pag esgot vazam 1.2.0", "ninguem acha"):
        assert numbers(store, typed) == [number], typed
    assert numbers(store, "pagamento inexistente") == []
    assert numbers(store, "severity") == []  # boxes of a checklist are the same everywhere
    store.incidents.say(id, Known.IMPACT, "Nenhum boleto passa")
    assert numbers(store, "boleto") == [number]
    assert numbers(store, "cartão") == []  # what the impact was taken for before


def test_a_pinned_message_is_found_by_what_it_says_now(store: Store) -> None:
    incident = opened(store, "Graphs are odd")
    store.incidents.pin("C1", "1.0", incident.id, "the giraffe broke at ten")
    store.timeline.append(NOW, BOB, "pinned", incident.id, {"text": "the giraffe broke at ten", "pin": "C1:1.0"})
    assert numbers(store, "giraffe") == [incident.number]
    store.incidents.pin_again("C1", "1.0", "the elephant broke at nine")
    store.timeline.append(NOW, BOB, "pin edited", incident.id, {"text": "the elephant broke at nine", "pin": "C1:1.0"})
    assert numbers(store, "giraffe") == []
    (found,) = store.search.find("elephant", 5)
    assert marked(found.snippet) == "the *elephant* broke at nine"


def test_updates_that_people_wrote_are_found_once_they_are_sent(store: Store) -> None:
    """Those that the bot wrote by itself tell what stands elsewhere already."""
    incident = opened(store, "Orders are late")
    for who, text in ((ALICE, "an ocelot sits on the cable"), (BOT, "an axolotl, the bot says")):
        draft = store.updates.begin_draft(incident.id, ())
        if who == ALICE:
            store.updates.edit_draft(draft.id, text, who, Severity.P1)
            assert numbers(store, "ocelot") == []
        store.updates.send(draft.id, UpdateKind.UPDATE, text, Severity.P1, BOT, NOW)
        store.timeline.append(NOW, BOT, "update sent", incident.id, {"update": draft.id, "text": text})
    assert numbers(store, "ocelot") == [incident.number]
    assert numbers(store, "axolotl") == []


def test_it_is_found_by_its_alerts_and_by_what_was_said_of_their_plans(store: Store) -> None:
    """An alert that goes to another incident takes its words along."""
    first, second = opened(store, "Something is wrong"), opened(store, "Something else")
    alert = store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", "1.000001", NOW)
    join(store, alert, first, NOW)
    store.timeline.append(NOW, BOB, "rejected", alert.id, {"reason": "a quokka deploy is running"})
    assert numbers(store, "highmemory quokka") == [first.number]
    join(store, alert, second, NOW)
    assert numbers(store, "highmemory quokka") == [second.number]


def test_the_best_comes_first_and_each_once(store: Store) -> None:
    """A title counts for more than a note; of equals the latest is first."""
    noted, titled = opened(store, "Search is slow"), opened(store, "The zebra is gone")
    for _ in range(3):
        store.timeline.append(NOW, BOB, "note", noted.id, {"text": "somebody saw a zebra near the index"})
    assert numbers(store, "zebra") == [titled.number, noted.number]
    assert [each.number for each in store.search.find("zebra", 1)] == [titled.number]


@given(st.text(max_size=60) | st.text(alphabet="\"*^:-+(){}[]'\\;, ANDORNETaé\x00\n", max_size=60))
@example('" OR title:x')
@example("title : zebra")
@example("a NEAR(b, 5) - \"c'* ^d")
@example("'); DROP TABLE incidents; --")
@example("\ud800 \x00 \U0001e900 ⴰ ²")
@example("word " * 500)
def test_whatever_is_typed_is_words(store: Store, typed: str) -> None:
    """No operator, no quote and no half character breaks the question or changes what is asked."""
    found = store.search.find(typed, 5)
    asked = query(typed)
    assert (asked == "") <= (found == [])
    assert not set(asked.replace('"', "").replace(" *", "").replace(" AND ", "")) & set("\"*^:-+(){}[]',;\\ ")


def test_what_people_wrote_is_shown_as_data(store: Store) -> None:
    """Also what no client can write: half a character."""
    incident = opened(store, "Odd words")
    text = "<!channel> *bold* and\n\nthe \ud800 walrus & <https://evil.example|me> _under_"
    store.timeline.append(NOW, BOB, "note", incident.id, {"text": text})
    (found,) = store.search.find("walrus", 5)
    shown = marked(found.snippet)
    assert "<" not in shown
    assert "*walrus* &amp;" in shown
    assert "\n" not in shown


def test_what_was_written_before_there_was_an_index_is_found(tmp_path: Path) -> None:
    """A database of the version before comes through with all its words, once."""
    path = tmp_path / "plantao.db"
    before = Database(path)
    MIGRATIONS.apply(before, stop_before="search")
    id = "incident_0000000000000001aaaa"
    before.execute(
        "INSERT INTO incidents (id, number, title, severity, state, opened, since) "
        "VALUES (?, 1, 'Checkout is down', 'P1', 'open', ?, ?)",
        [id, NOW.isoformat(), NOW.isoformat()],
    )
    before.execute(
        "INSERT INTO timeline VALUES ('entry_0000000000000001aaaa', ?, ?, 'note', ?, ?, '')",
        [NOW.isoformat(), ALICE, id, '{"text": "the p\\u00e3o leaks"}'],
    )
    before.conn.commit()
    before.conn.close()
    with closing(Store(path)) as store:
        assert numbers(store, "checkout pao") == [1]
        store.driver.execute("INSERT INTO findable_fts (findable_fts) VALUES ('integrity-check')")


def test_a_line_costs_the_same_however_long_its_incident_is(tmp_path: Path) -> None:
    """In a storm thousands of alerts join one incident, and whoever writes has everybody wait."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        incident = opened(store, "The storm")
        alert = store.alerts.open_alert(ALERT, CLASSIFICATION, MONITOR, "C1", "1.000001", NOW)
        join(store, alert, incident, NOW)
        assert numbers(store, "storm") == [1]
        changed = []
        for number in range(50):
            before = store.driver.read_only().conn.total_changes
            store.timeline.append(NOW, BOB, "note", incident.id, {"text": f"quokka{number}"})
            store.timeline.append(NOW, BOB, "rejected", alert.id, {"reason": f"wombat{number}"})
            changed.append(store.driver.read_only().conn.total_changes - before)
        assert changed == [3] + [2] * 49  # the lines, and once that the incident is stale
        found = store.driver.query("SELECT count(*) AS n FROM findable WHERE said LIKE '%quokka%'")
        assert (found, numbers(store, "quokka49 wombat0")) == ([{"n": 0}], [1])
        assert store.driver.query("SELECT * FROM findable_stale") == []


def test_all_that_is_stale_is_found(tmp_path: Path) -> None:
    """Also when nobody has searched for long."""
    with closing(Store(tmp_path / "plantao.db")) as store:
        with store.atomic():
            for number in range(250):
                opened(store, f"Zebra {number}")
        assert len(store.search.find("zebra", 1000)) == 250


def test_the_index_is_as_the_record_is(store: Store) -> None:
    """After all that the tests before did, and a life of one more."""
    incident = opened(store, "One more")
    store.incidents.move_incident(incident.id, IncidentState.OPEN, IncidentState.RESOLVED, BOB, NOW + timedelta(1))
    store.incidents.mark_merged(incident.id)
    store.search.find("anything", 1)
    kept = store.driver.query("SELECT number, title, impact, ending, CAST(said AS BLOB), alerts FROM findable")
    made = store.driver.query("SELECT number, title, impact, ending, CAST(said AS BLOB), alerts FROM findable_now")
    assert kept == made
    store.driver.execute("INSERT INTO findable_fts (findable_fts) VALUES ('integrity-check')")
