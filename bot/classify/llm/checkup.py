"""What keeps the language model from being asked, and how to mend it: for the doctor. Nothing of an alert is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.classify.language_model import chat_of, own_secrets
from bot.classify.llm.connection import exchange
from bot.classify.llm.openai_chat import ENDPOINTS
from bot.classify.llm.prompt import Prompt
from bot.errors import InputError, ModelBusy, ModelError, ModelKeyRefused
from bot.runbooks.masking import Mask
from bot.settings import Settings

PATIENCE = 5.0  # seconds; the client's library is loaded in it as well


@dataclass(frozen=True)
class Checkup:
    well: bool | None  # None: there is none to look at
    said: str
    mend: str = ""


def check_up(settings: Settings, endpoints: Mapping[str, str] = ENDPOINTS) -> Checkup:
    """Asks the server which models it has. Never raises for what it finds."""
    provider, model = settings.llm_provider, settings.model
    try:
        chat = chat_of(settings, endpoints)
        Prompt(settings.templates_dir, settings.language, Mask())
    except InputError as error:
        return Checkup(False, "; ".join(error.problems))
    if chat is None:
        return Checkup(None, "LLM_PROVIDER=none: rules and the embedded model classify alone")
    connection = chat.connection()
    try:
        found = exchange(connection, PATIENCE, lambda: chat.models(connection, PATIENCE), lambda: None)
    except ModelError as fault:
        return _trouble(provider, fault, Mask(own_secrets(settings)).hide_in_text(str(fault)))
    if model not in found:
        mend = f"ollama pull {model}, or" if provider == "ollama" else "take one that it lists, and"
        return Checkup(False, f"{provider} does not have the model {model}", f"{mend} set LLM_MODEL")
    return Checkup(True, f"{provider} has {model}")


def _trouble(provider: str, fault: ModelError, said: str) -> Checkup:
    if isinstance(fault, ModelKeyRefused):
        return Checkup(False, f"{provider} refuses the key: {said}", f"make a new one, as {provider.upper()}_API_KEY")
    if isinstance(fault, ModelBusy):
        return Checkup(None, f"{provider} is busy: {said}")
    start = "start Ollama (ollama serve), set OLLAMA_HOST to where it runs"
    reach = start if provider == "ollama" else "look at the network and the proxy (HTTPS_PROXY)"
    return Checkup(False, said, f"{reach}, or set LLM_PROVIDER=none")
