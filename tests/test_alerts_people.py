"""What people write: reports of trouble, its end, and everything else that is said in a channel."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.alerts import read_alert
from bot.alerts.message import Message, read_message
from bot.alerts.outage import reports_new_outage
from bot.model import AlertStatus

PEOPLE = [json.loads(line) for line in (Path(__file__).parent / "payloads" / "people.jsonl").read_text().splitlines()]

OUTAGES = """
checkout is down for everyone, just started
we're seeing 502s on every request since the 14:00 deploy
payments are failing for all customers, can someone look?
prod database is unreachable
nobody can log in
anyone else getting errors on search? started 5 min ago
customers can't place orders
new incident: the api is returning 500s
major outage in eu-1, all pods are crash looping
o site caiu
is checkout down for anyone else? getting 502s on every second request
P1: login is broken
api gateway is timing out on every call
site's down
redis is out of memory and refusing writes
we are under attack, login page gets 40k req/s
we're losing orders
ninguém consegue fazer login
clientes reclamando que o pix não cai
parou de chegar pedido
fila de pedidos parada
o certificado venceu
API devolvendo 500
Users report they cannot pay
checkout não funciona
disk on db-1 is full
website won't load
o pix parou de funcionar
banco de dados travado
""".strip().splitlines()

TALK = """
I think the db is slow because of the migration
still seeing errors on checkout
the fix is rolling out, errors should go down
INC-7 checkout is still failing for 2%
can confirm, login broken here too
rolled back, errors are gone
investigating why the pods crash
error rate is at 12% now, was 20%
any update on the outage?
the outage was caused by a bad config
looks like the cache is the root cause of the failures
restarting the pods that are stuck
thanks all
same issue as yesterday's failure?
let's escalate, the database is still down
who is lead on the outage?
I'm looking into the failed pods
maybe the deploy broke it
status update: payments failing for 5% of users, mitigating
could it be the network that is dropping packets?
replica lag is 25 minutes, probably because of the backup
ETA for the fix is 15:00, until then checkout is degraded
no longer seeing errors on checkout, payments still slow for some
ainda não conseguimos acessar o sistema
acho que o banco caiu por causa da migração
what happened with the database outage?
I can't find the doc on failed payments
""".strip().splitlines()


def said(text: str, **more: Any) -> Message:
    return read_message({"type": "message", "user": "U0000000002", "channel": "C1", "ts": "2.0", "text": text, **more})


@pytest.mark.parametrize("case", PEOPLE, ids=lambda case: case["text"][:60])
def test_a_report_of_trouble_is_an_alert_and_chatter_is_none(case: dict[str, Any]) -> None:
    """Thanks, questions, jokes, plans, reminders and talk of what was hold the same words and start nothing."""
    wanted = AlertStatus.FIRING if case["reports"] else AlertStatus.RESOLVED if case.get("over") else AlertStatus.NONE
    status = read_alert(said(case["text"])).status
    assert status is wanted if case["reports"] or case.get("over") else status is not AlertStatus.FIRING


def test_a_persons_report_is_named_by_its_first_line() -> None:
    alert = read_alert(said("<!here> the <https://shop.example|shop> is *down*\nno idea why <@U1>"))
    assert (alert.source, alert.name, alert.summary) == (
        "human",
        "the shop is down",
        "the shop is down\nno idea why @U1",
    )


def test_what_slack_unfolds_below_a_link_is_not_the_persons_word() -> None:
    """A link to a report on an outage is no outage."""
    unfolded = [{"title": "Checkout is down", "text": "All payments fail.", "color": "danger"}]
    assert read_alert(said("https://news.example/1", attachments=unfolded)).status is AlertStatus.NONE


def test_quoted_words_and_code_are_not_the_persons_own() -> None:
    assert read_alert(said("> checkout is down\nwho wrote this?")).status is AlertStatus.NONE


@pytest.mark.parametrize("text", OUTAGES)
def test_a_new_outage_is_told_from_talk(text: str) -> None:
    """In the incidents channel a clear report is answered without a mention."""
    assert reports_new_outage(said(text))


@pytest.mark.parametrize("text", [*TALK, *(case["text"] for case in PEOPLE if not case["reports"])])
def test_talk_of_a_known_incident_is_left_alone(text: str) -> None:
    assert not reports_new_outage(said(text))


@pytest.mark.parametrize(
    "message",
    [
        said("checkout is down", thread_ts="1.0"),
        read_message({"bot_id": "B1", "username": "Tool", "text": "checkout is down"}),
        said("checkout is down\n" + "log line\n" * 500),
    ],
    ids=["a reply", "a tool", "a long text"],
)
def test_only_a_persons_short_new_message_reports_an_outage(message: Message) -> None:
    assert not reports_new_outage(message)
