"""views.*: modals and the Home tab."""

from __future__ import annotations

from copy import deepcopy

from slackbox.blocks import check_view
from slackbox.errors import Refused
from slackbox.methods.request import Method, Request
from slackbox.workspace import Json


def open_(call: Request) -> Json:
    view = call.json("view")
    # Checked first: a view that is refused does not use up the trigger.
    check_view(view, "modal")
    trigger = call.slack.interactions.triggers.exchange(_trigger_id(call))
    return _answer(call.slack.views.open(trigger.person, view))


def push(call: Request) -> Json:
    view = call.json("view")
    check_view(view, "modal")
    trigger = call.slack.interactions.triggers.exchange(_trigger_id(call))
    if trigger.view_id is None:
        raise Refused("not_found")
    return _answer(call.slack.views.push(trigger.person, view))


def update(call: Request) -> Json:
    view = call.slack.views.find(call.optional("view_id"), call.optional("external_id"))
    return _answer(call.slack.views.update(view, call.json("view"), call.optional("hash")))


def publish(call: Request) -> Json:
    user = call.text("user_id")
    if user not in call.workspace.people:
        raise Refused("user_not_found")
    if not call.workspace.manifest.home_tab:
        raise Refused("not_enabled")
    return _answer(call.slack.views.publish(user, call.json("view"), call.optional("hash")))


def _trigger_id(call: Request) -> str:
    return call.optional("interactivity_pointer") or call.text("trigger_id")


def _answer(view: Json) -> Json:
    return {"view": deepcopy(view)}


METHODS = {
    "views.open": Method(open_, tier=4),
    "views.push": Method(push, tier=4),
    "views.update": Method(update, tier=4),
    "views.publish": Method(publish, tier=4),
}
