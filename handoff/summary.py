"""The language model's summary of a handoff's note: three sentences, checked, and shown as its own words.

The note is what counts. Where there is no model, or its words do not pass, there is no summary.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bot.classify.language_model import LanguageModel, language_model, own_secrets
from bot.classify.llm.instructions import LANGUAGES, Instructions, fence, fenced
from bot.classify.llm.question import Question
from bot.classify.llm.reply import Reply, read, schema
from bot.errors import ModelReplyUnusable
from bot.runbooks.masking import Mask
from bot.settings import Settings
from bot.withheld import secret_values, seen
from handoff.texts import PROMPT

FENCE = "note"
LONGEST = 600  # characters
SENTENCES = 3

_NOTE = 6000  # characters that it is shown: with the instructions they fit into what Ollama keeps
_NAMED = 100  # incidents that it is told to choose from
_TOKENS = 320  # of its reply
_PATIENCE = 60.0  # seconds: a note is drafted long before it is posted, and a model may have to be loaded first
_SURE = 0.5  # confidence from which its words count
_SCHEMA = schema({})

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_END = re.compile(r"[.!?]+[\"')\]]?\s+(?=[\"'(\[]?[A-ZÀ-ÖØ-Þ0-9])")
_ADDRESS = re.compile(r"://|@|\bwww\.|\b(?:mailto|tel):|[\w-]\.[^\W\d_]{2,}|\d+\.\d+\.\d+\.\d+", re.IGNORECASE)
_MARKS = re.compile(r"[`*|{}\\\[\]]|~~|<[!#/A-Za-z]|#(?!\d)|(?<!\w)_|_(?!\w)|^(?:[-+>]|\d+[.)])\s")
_PERSON = re.compile(r"\b[UW][A-Z0-9]{8,}\b")  # a Slack id
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# However it is written: INC-7, INCs 7, incident 7, incidente nº 7, #7; and what follows in a list: INC-7, 8 and 9. In
# doubt it is one: "INC-7 and 2 others" costs a summary, and "INC-7 and 99 are solved" would tell of what never was.
_NO = r"(?:(?:de\s+)?(?:number|número|numero|num|no|nr|n)\b[\W_]*)?"
_INCIDENT = re.compile(
    rf"(?:\bINCS?[\W_]*{_NO}|\bINCIDENTE?S?[^\w.!?;]*_*{_NO}|#[\W_]*)(?P<first>\d+)"
    r"(?P<others>(?:[\s(]*(?:,|/|-|–|&|\+|\b(?:and|or|to|plus|through|as\s+well\s+as|e|ou|a|mais|bem\s+como)\b)"
    r"[\s(]*(?:and\b|e\b)?\s*[#-]?\d+(?!\d|\s*%))*)",
    re.IGNORECASE,
)
_NAME = re.compile(r"INC-(\d{1,9})")


@dataclass(frozen=True)
class Summary:
    text: str  # plain, and the model's own: to be shown as such
    by: str  # the model's name
    about: str  # what it was made of: see `facts_of`

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Summary:
        """What `to_json` gave."""
        return cls(**json.loads(text))


class _Said(Reply):
    """Nothing to choose from: how sure it is, and its words."""


class Summaries:
    def __init__(self, model: LanguageModel, folder: Path, language: str, mask: Mask) -> None:
        """`folder`: of the team's templates. `mask` hides secrets from the model.

        Raises TemplateError when the words to the model cannot be used.
        """
        self._model = model
        self._mask = mask
        self._instructions = Instructions(folder, PROMPT)
        self._language = language
        for incidents in ([], ["INC-7"]):
            self._told(incidents)

    def of(self, note: str, incidents: Collection[str]) -> Summary | None:
        """In the team's language; `incidents` are those that it may name, such as INC-7.

        None, and a line in the log, where the model gives none that can be shown. It waits for the model.
        """
        if not note.strip():
            return None
        about = facts_of(note, incidents)
        return self._model.ask(("handoff", self._language, about), lambda: self._question(note, incidents, about))

    def give_up(self) -> None:
        """For the stop: whoever waits for one goes without."""
        self._model.give_up()

    def _question(self, note: str, incidents: Collection[str], about: str) -> Question[Summary]:
        may_name = [name for name in sorted(incidents, key=_order) if _NAME.fullmatch(name) and name in note]
        shown = seen(_unescaped(note), _NOTE, self._mask)
        data = fenced(FENCE, {"note": shown})
        return Question(self._told(may_name[:_NAMED]), data, _SCHEMA, partial(_read, incidents, shown, about), _TOKENS)

    def _told(self, incidents: Collection[str]) -> str:
        opening, closing = fence(FENCE)
        return self._instructions.filled(
            incidents=incidents,
            language=LANGUAGES[self._language],
            opening=opening,
            closing=closing,
            schema=json.dumps(_SCHEMA),
        )


def summaries(settings: Settings, environ: Mapping[str, str]) -> Summaries | None:
    """Those of the model that the settings name; None for LLM_PROVIDER=none. Raises SettingsError and TemplateError."""
    secrets = secret_values(environ)
    patient = settings.model_copy(update={"llm_timeout": max(settings.llm_timeout, _PATIENCE)})
    model = language_model(patient, secrets=secrets)
    mask = Mask([*secrets, *own_secrets(settings)])
    return Summaries(model, settings.templates_dir, settings.language, mask) if model else None


def facts_of(note: str, incidents: Collection[str]) -> str:
    """What tells whether a summary is still one of this note: a SHA-256 of all that it is made of."""
    return hashlib.sha256(json.dumps([note, sorted(incidents)]).encode()).hexdigest()


def checked(text: str, incidents: Collection[str], note: str) -> str:
    """The text as it can be shown: at most three sentences of plain words that name no incident but these.

    `note` is what the model was shown: no other number is told than those that stand there. One that is spelled out
    passes.

    Raises ModelReplyUnusable, which says why not, and repeats nothing of it.
    """
    plain = unicodedata.normalize("NFKC", text).strip()  # no look-alike says what we do not see
    if not plain:
        raise ModelReplyUnusable("its summary says nothing")
    if len(plain) > LONGEST:
        raise ModelReplyUnusable(f"its summary is {len(plain)} characters long")
    if any(unicodedata.category(char) in _UNSEEN for char in plain):
        raise ModelReplyUnusable("its summary has several lines, or holds what nobody sees")
    if len(_END.split(plain)) > SENTENCES:
        raise ModelReplyUnusable(f"its summary has more than {SENTENCES} sentences")
    if _ADDRESS.search(plain):
        raise ModelReplyUnusable("its summary holds an address or a mention")
    if _PERSON.search(plain):
        raise ModelReplyUnusable("its summary holds somebody's id")
    if _MARKS.search(plain):
        raise ModelReplyUnusable("its summary is no plain text")
    known = {int(found[1]) for found in map(_NAME.fullmatch, incidents) if found}
    if not named_in(plain) <= known:
        raise ModelReplyUnusable("its summary names an incident that does not exist")
    if not _numbers(plain) <= known | _numbers(unicodedata.normalize("NFKC", note)):
        raise ModelReplyUnusable("its summary holds a number that the note does not")
    return " ".join(plain.split())


def named_in(text: str) -> set[int]:
    """The numbers of the incidents that it names, however they are written."""
    found = set()
    for each in _INCIDENT.finditer(text):
        found |= {int(each["first"]), *_numbers(each["others"])}
    return found


def _numbers(text: str) -> set[int]:
    """All that are written in digits, also the parts of a time: 09:30 holds 9 and 30."""
    return {int(each) for each in re.findall(rf"\d{{1,{LONGEST}}}", text)}  # of thousands of digits Python makes no int


def _unescaped(note: str) -> str:
    """Without Markdown's escapes, which would hide a secret from the mask; ends of lines can be told in one line."""
    plain = _ESCAPE.sub(r"\1", note).replace("&lt;", "<").replace("&amp;", "&")
    return " / ".join(line.strip() for line in plain.splitlines() if line.strip())


def _read(incidents: Collection[str], note: str, about: str, text: str, by: str) -> Summary:
    reply = read(text, _Said)
    said = checked(reply.summary, incidents, note)
    if reply.confidence < _SURE:
        raise ModelReplyUnusable("it is not sure of its summary")
    return Summary(said, by, about)


def _order(name: str) -> tuple[int, str]:
    """INC-9 before INC-10."""
    return len(name), name
