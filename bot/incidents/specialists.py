"""Which of the team's contacts know about this kind of trouble. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.classify.vocabulary import words
from bot.model import Category
from bot.team import Contact

# Beside the category's own name: what people call those who know about it, in English and Portuguese.
_CALLED: dict[Category, str] = {
    Category.DATABASE: "dba data banco dados postgres mysql",
    Category.SECURITY: "breach abuse segurança invasão",
    Category.MODEL: "ml prompts llm modelo",
    Category.NETWORK: "rede dns",
    Category.KUBERNETES: "k8s devops platform infra infrastructure infraestrutura",
    Category.DEPLOY: "release devops",
    Category.DISK: "storage devops infra infrastructure infraestrutura",
    Category.CERTIFICATE: "tls ssl",
    Category.QUEUE: "broker fila",
    Category.BACKUP: "dba recovery",
}


def specialists(contacts: Iterable[Contact], categories: Collection[Category]) -> list[tuple[str, str]]:
    """Role and how to reach them, of the contacts whose role or `when` speaks of one of these categories."""
    wanted = {word for each in categories for word in words(f"{each} {_CALLED.get(each, '')}")}
    return [(each.role, each.who) for each in contacts if wanted & set(words(f"{each.role} {each.when or ''}"))]
