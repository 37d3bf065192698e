"""What a language model replies, strictly read: one JSON object, and in it nothing that was not offered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.classify.llm.opinion import Opinion
from bot.errors import ModelReplyUnusable
from bot.model import Category

NONE = "none"  # in place of a choice
SUMMARY = 200  # characters
_LONGEST = 16 * 1024  # characters of a reply that is looked at

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LINK = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}:/+[^\s]*|\bwww\.[^\s]*", re.IGNORECASE)
_MARKS = str.maketrans(dict.fromkeys("<>`*~|[]{}\\"))
_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-ZÀ-Þ])")


class Reply(BaseModel):
    """What every reply has. A subclass is its schema's twin: servers may ignore a schema, this does not."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    summary: str


class _About(Reply):
    """An alert."""

    category: Category
    runbook: str


R = TypeVar("R", bound=Reply)


def schema(choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the server is asked to hold the model to: a choice from each list, how sure it is, and a sentence.

    Kept to what Ollama, Gemini and Groq all understand.
    """
    lists = {name: {"type": "string", "enum": list(choice)} for name, choice in choices.items()}
    return {
        "type": "object",
        "properties": {**lists, "confidence": {"type": "number"}, "summary": {"type": "string"}},
        "required": [*lists, "confidence", "summary"],
        "additionalProperties": False,
    }


def schema_of_opinion(offered: Sequence[str]) -> dict[str, Any]:
    """`offered`: ids of runbooks."""
    return schema({"category": [category.value for category in Category], "runbook": or_none(offered)})


def or_none(offered: Sequence[str]) -> list[str]:
    """Each of them once, or none of them."""
    return [*(each for each in dict.fromkeys(offered) if each != NONE), NONE]


def read(text: str, form: type[R]) -> R:
    """The reply, if it is what was asked for. Raises ModelReplyUnusable, which says what was wrong and repeats none."""
    if len(text) > _LONGEST:
        raise ModelReplyUnusable(f"its reply is {len(text)} characters long")
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise ModelReplyUnusable(_in_words(error, form)) from None
    except UnicodeError:
        raise ModelReplyUnusable("its reply holds halves of characters") from None


def read_opinion(offered: Sequence[str], text: str, by: str) -> Opinion:
    """The reply as an Opinion; `offered` are the runbooks it was to choose from. Raises ModelReplyUnusable."""
    reply = read(text, _About)
    if reply.runbook != NONE and reply.runbook not in offered:
        raise ModelReplyUnusable("it names a runbook that was not offered")
    runbook = None if reply.runbook == NONE else reply.runbook
    return Opinion(reply.category, runbook, reply.confidence, plain_sentence(reply.summary), by)


def _in_words(error: ValidationError, form: type[Reply]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "its reply is not the one JSON object that was asked for"
    if first["type"] == "model_type":
        return "its reply is JSON, but no object"
    field = first["loc"][0] if first["loc"] and first["loc"][0] in form.model_fields else "a field nobody asked for"
    if first["type"] == "missing":
        return f"its reply has no {field}"
    if field == "category":
        return "it names a category that does not exist"
    return f"its reply is not usable: {field}"


def plain_sentence(text: str) -> str:
    """The first sentence, without anything that is not seen, and nothing that links, mentions or formats."""
    line = "".join(" " if char.isspace() else char for char in text)
    shown = "".join(char for char in line if unicodedata.category(char) not in _UNSEEN)
    bare = re.sub(r"(?<!\w)[@!#](?=\w)", "", _LINK.sub("", shown).translate(_MARKS))
    sentence = _END.split(" ".join(bare.split()), maxsplit=1)[0]
    return sentence if len(sentence) <= SUMMARY else sentence[: SUMMARY - 1].rstrip() + "…"
