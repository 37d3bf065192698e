"""The ways that this team has set up, and what is missing for those that its file asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.deliveries.mail import Mail
from bot.deliveries.webhook import post
from bot.deliveries.worker import Send
from bot.errors import NotDelivered
from bot.incidents.announcing import MAIL, STATUS
from bot.incidents.paging import PAGE, as_pagerduty
from bot.settings import Settings
from bot.store.deliveries import Delivery
from bot.team import Team


def ways(settings: Settings, team: Callable[[], Team]) -> dict[str, Send]:
    """By name: mail and status page where the settings name them, and the pager, which the team file may name later."""
    found: dict[str, Send] = {PAGE: lambda delivery: _page(settings, team(), delivery)}
    if settings.mail_server is not None:
        found[MAIL] = Mail(settings.mail_server, settings.sender).send
    if url := settings.status_webhook_url.get_secret_value():
        found[STATUS] = lambda delivery: post(url, delivery.body, delivery.key)
    return found


def missing(settings: Settings, team: Team) -> Iterator[tuple[str, str]]:
    """What the team file asks for and the settings do not have: what is wrong, and how to mend it."""
    if any(team.stakeholders.values()) and settings.mail_server is None:
        yield "stakeholders are named, and no mail goes to them", "set SMTP_URL and MAIL_FROM"
    if team.page is not None and team.page.format == "pagerduty" and not settings.pager_key.get_secret_value():
        yield "pages go to PagerDuty, which needs a key", "set PAGER_KEY to the integration's routing key"


def _page(settings: Settings, team: Team, delivery: Delivery) -> None:
    if team.page is None:
        raise NotDelivered("the team file has no `page` any more")
    body = delivery.body
    if team.page.format == "pagerduty":
        key = settings.pager_key.get_secret_value()
        if not key:
            raise NotDelivered("PAGER_KEY is not set, which PagerDuty needs")
        body = as_pagerduty(body, key)
    post(team.page.url, body, delivery.key)
