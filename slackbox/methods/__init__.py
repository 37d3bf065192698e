"""The Web API's methods, one file per family; METHODS is all of them by name."""

from __future__ import annotations

from slackbox.methods import apps, bookmarks, chat, conversations, files, pins, reactions, usergroups, users, views
from slackbox.methods.request import Method

METHODS: dict[str, Method] = {
    **apps.METHODS,
    **bookmarks.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **usergroups.METHODS,
    **users.METHODS,
    **views.METHODS,
}
