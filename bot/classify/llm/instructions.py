"""The templates of templates/prompts/: a team's own words to the language model; and the fence around data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import TemplateError
from bot.words import SHIPPED

PROMPTS = "prompts"
LANGUAGES = {"en": "English", "pt_BR": "Brazilian Portuguese"}

# Characters. All that is asked has to fit into the 4,096 tokens that Ollama is asked to keep, in any script.
_LONGEST = 8000

# A fence is made of these alone, and so the data holds none of them: JSON has another way to write each.
_ESCAPED = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&`"})


class Instructions:
    """One of the team's templates, or the one that comes along where the team has none of that name."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises TemplateError when it cannot be read."""
        own = folder / PROMPTS / name
        self.file = own if own.is_file() else SHIPPED / PROMPTS / name
        try:
            text = self.file.read_text("utf-8")
            self._template = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(text)
        except TemplateSyntaxError as error:
            raise TemplateError(f"{self.file}:{error.lineno}: {error.message}. Mend the template.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{self.file} cannot be read: {error}. Save it as UTF-8 text.") from error

    def filled(self, **values: Any) -> str:
        """Raises TemplateError when it uses a value that it is not given, and when it comes out too long."""
        try:
            told = self._template.render(values).strip()
        except UndefinedError as error:
            raise TemplateError(f"{self.file}: {error.message}. It may use: {', '.join(sorted(values))}.") from error
        except (TemplateRuntimeError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"{self.file}: {error}. Mend the template.") from error
        if len(told) > _LONGEST:
            raise TemplateError(f"{self.file} makes {len(told)} characters, and {_LONGEST} are the most. Shorten it.")
        return told


def fence(name: str) -> tuple[str, str]:
    return f"<{name}>", f"</{name}>"


def fenced(name: str, data: Mapping[str, Any]) -> str:
    """One line of JSON between the fences. Nothing in it can look like a fence."""
    opening, closing = fence(name)
    return f"{opening}\n{json.dumps(data, ensure_ascii=False).translate(_ESCAPED)}\n{closing}"
