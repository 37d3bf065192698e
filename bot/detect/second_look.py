"""The language model's look at errors that no rule has a name for: it picks the rule they belong to, or none.

It has no say in how severe that is. Its words are shown as its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.classify.language_model import LanguageModel, language_model
from bot.classify.llm.instructions import LANGUAGES, Instructions, fence, fenced
from bot.classify.llm.question import Question
from bot.classify.llm.reply import NONE, Reply, or_none, plain_sentence, read, schema
from bot.detect.concealed import concealed
from bot.detect.finding import Recognised
from bot.detect.rules import RULES
from bot.detect.unnamed import Group
from bot.errors import ModelReplyUnusable
from bot.runbooks.masking import Mask
from bot.settings import Settings
from bot.withheld import secret_values

FILE = "detect.txt"
FENCE = "line"

_SURE = 0.5  # confidence from which its choice counts
_PATIENCE = 60.0  # seconds: no card waits here, and a model may have to be loaded first
_LINE = 600  # characters of a line that it is shown
_NAMED = {rule.name: rule for rule in RULES if not rule.general}
_SCHEMA = schema({"kind": or_none(list(_NAMED))})


class _Kind(Reply):
    kind: str


class SecondLook:
    def __init__(self, model: LanguageModel, folder: Path, language: str, known: Mask) -> None:
        """`folder`: of the team's templates. Raises TemplateError when the words to the model cannot be used."""
        self._model = model
        self._known = known
        opening, closing = fence(FENCE)
        self._told = Instructions(folder, FILE).filled(
            kinds=[(rule.name, rule.what) for rule in _NAMED.values()],
            language=LANGUAGES[language],
            opening=opening,
            closing=closing,
            schema=json.dumps(_SCHEMA),
        )
        self._answers = True

    def recognised(self, groups: Sequence[Group]) -> list[tuple[Group, Recognised]]:
        """Those of the groups that it has a name for. Once it gave no answer it is left alone from then on."""
        found = []
        for group in groups:
            said = self._asked(group) if self._answers else None
            self._answers = said is not None
            if said is not None:
                found.append((group, said))
        return [(group, said) for group, said in found if said.rule is not None]

    def _asked(self, group: Group) -> Recognised | None:
        line = concealed(group.first.text[: 2 * _LINE], self._known, _LINE)
        data = fenced(FENCE, {"line": line, "times": group.count, "service": group.service or "not known"})
        return self._model.ask(("line of a log", group.shape), lambda: Question(self._told, data, _SCHEMA, _read))


def second_look(settings: Settings, environ: Mapping[str, str]) -> SecondLook | None:
    """That of the model which the settings name; None for LLM_PROVIDER=none. Raises SettingsError and TemplateError."""
    secrets = secret_values(environ)
    patient = settings.model_copy(update={"llm_timeout": max(settings.llm_timeout, _PATIENCE)})
    model = language_model(patient, secrets=secrets)
    return SecondLook(model, settings.templates_dir, settings.language, Mask(secrets)) if model else None


def _read(text: str, by: str) -> Recognised:
    reply = read(text, _Kind)
    if reply.kind != NONE and reply.kind not in _NAMED:
        raise ModelReplyUnusable("it names a kind of trouble that does not exist")
    rule = _NAMED.get(reply.kind) if reply.confidence >= _SURE else None
    return Recognised(rule, plain_sentence(reply.summary), by)
