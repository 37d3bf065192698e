"""What an emoji says, as a character or as Slack's code for it."""

from __future__ import annotations

import re

from bot.model import AlertStatus

_BEGINNING = 200  # characters of a text in which it is looked for


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_RED = _split(
    """
    🔴 🔥 🚨 ❌ ❗ ‼ ⛔ 🛑 💥 🟥 ✖ 👎 💀 ☠ 🆘 ❎ :red_circle: :fire: :rotating_light: :x: :exclamation: :bangbang:
    :no_entry: :octagonal_sign: :boom: :large_red_square: :skull: :skull_and_crossbones: :sos:
    :heavy_multiplication_x: :negative_squared_cross_mark: :red_square: :broken_heart: :thumbsdown: :-1:
    :bomb: :failed: :alert: :siren: :heavy_exclamation_mark: :small_red_triangle: :cross_mark: :police_car:
    :ambulance:
    """
)
_YELLOW = _split(
    """
    ⚠ 🟠 🟡 🟧 🟨 🔶 🔸 :warning: :large_orange_circle: :large_yellow_circle: :large_orange_square:
    :large_yellow_square: :large_orange_diamond: :small_orange_diamond: :zap: :construction:
    """
)
_GREEN = _split(
    """
    ✅ 🟢 ✔ ☑ 🟩 💚 👍 🎉 🆗 :white_check_mark: :large_green_circle: :heavy_check_mark: :ballot_box_with_check:
    :green_heart: :large_green_square: :tada: :ok: :ok_hand: :thumbsup: :+1: :green_circle: :beer: :beers:
    :sunny: :check: :checkered_flag: :green_book:
    """
)
_NOTE = _split(
    """
    ℹ 🔵 🚀 📢 📊 📈 🔧 🛠 📦 💾 :information_source: :large_blue_circle: :rocket: :bar_chart: :package:
    :floppy_disk:
    """
)
_SAYS = {
    **dict.fromkeys(_RED, AlertStatus.FIRING),
    **dict.fromkeys(_YELLOW, AlertStatus.FIRING),
    **dict.fromkeys(_GREEN, AlertStatus.RESOLVED),
    **dict.fromkeys(_NOTE, AlertStatus.INFO),
}
_SHORTCODE = re.compile(r":[A-Za-z+-][\w+-]{0,39}:")


def bare(text: str) -> str:
    """Without emoji codes, so that `:fire:` is a sign and not a word."""
    return _SHORTCODE.sub(" ", text)


def emoji_sign(text: str) -> AlertStatus | None:
    """What the first emoji that says something says."""
    begins = text[:_BEGINNING]
    places = [(begins.find(sign), status) for sign, status in _SAYS.items() if sign in begins]
    return min(places)[1] if places else None
