"""What the bot says: complete in each language, filled in safely."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from bot.errors import TemplateError
from bot.mrkdwn import Mrkdwn, clean, escape, link, listed, person
from bot.strict_yaml import read
from bot.words import Words

TEMPLATES = Path("templates")


def variables(language):
    """For each sentence, the values that it uses."""
    sentences = read(TEMPLATES / language / "words.yaml").data
    parser = SandboxedEnvironment()
    return {name: meta.find_undeclared_variables(parser.parse(text)) for name, text in sentences.items()}


def test_both_languages_say_the_same_things_of_the_same_values():
    english, portuguese = variables("en"), variables("pt_BR")
    assert english.keys() == portuguese.keys()
    # A translation may leave a value out, but never uses one that is not given.
    assert {name: sorted(used - english[name]) for name, used in portuguese.items() if used - english[name]} == {}


def test_every_reason_that_the_code_gives_can_be_said():
    code = "".join(path.read_text() for path in Path("bot").rglob("*.py"))
    given = set(re.findall(r'Reason\("(\w+)"', code))
    assert len(given) > 10
    assert given <= variables("en").keys()


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_every_sentence_can_be_said(language):
    words = Words(TEMPLATES, language)
    for name, used in variables(language).items():
        values = dict.fromkeys(used, "3")
        assert words(name, **values).strip()
        assert words.plain(name, **values).strip()


def test_no_sentence_shouts():
    for language in ("en", "pt_BR"):
        assert [text for text in read(TEMPLATES / language / "words.yaml").data.values() if "!" in text] == []


def test_a_missing_value_names_itself():
    with pytest.raises(TemplateError, match="'category' is undefined"):
        Words(TEMPLATES, "en")("understood", why="x")


def own_words(tmp_path, text):
    (tmp_path / "en").mkdir(parents=True)
    (tmp_path / "en" / "words.yaml").write_text(text)
    return Words(tmp_path, "en")


def test_every_broken_sentence_names_itself(tmp_path):
    """A slip is found at the start, and not when the sentence is needed."""
    with pytest.raises(TemplateError) as caught:
        own_words(tmp_path, 'nobody: "{{ who"\nqueued: "{% if %}"\nchecking: "{{ cuont }}"\nqeued: now\n')
    said = [problem.split(": ", 2)[1:] for problem in caught.value.problems]
    assert [name for name, _ in said] == ["qeued", "checking", "nobody", "queued"]
    assert "the bot never says this" in said[0][1]
    assert said[1][1] == "there is no value 'cuont' for it. It may use: count."


def test_a_sentence_that_a_team_leaves_out_is_said_as_it_comes_along(tmp_path):
    assert own_words(tmp_path, "queued: One moment.\n")("queued") == "One moment."
    assert own_words(tmp_path / "other", "queued: One moment.\n")("aborting") == Words(TEMPLATES, "en")("aborting")


def test_values_are_escaped_and_markup_is_not():
    """A reason that a person types can mention nobody."""
    words = Words(TEMPLATES, "en")
    said = words("rejected_by", who=person("U0000000001"), at="now", reason="<!channel> *no* & <@U1>")
    assert said == ("Rejected by <@U0000000001> at now: &lt;!channel&gt; \u2060*no\u2060* &amp; &lt;@U1&gt;")


def test_a_value_is_never_a_template():
    assert Words(TEMPLATES, "en").plain("aborted", why="{{ 7 * 7 }}").startswith("*Stopped:* {{ 7 * 7 }}.")


@given(st.text())
def test_nothing_from_outside_is_markup(text):
    shown = escape(text)
    assert not {"<", ">"} & set(shown)
    assert all(char in "\n\t" or char.isprintable() or char == "\u2060" for char in shown if char not in text)


def test_control_and_bidi_characters_are_gone_and_the_length_is_capped():
    assert clean("a\x00b\u202ec\u200bd\n", 10) == "abcd\n"
    assert clean("x" * 11, 10) == "x" * 9 + "…"


def test_only_web_addresses_are_links():
    assert link("https://a.example/x", "the <page>") == "<https://a.example/x|the &lt;page&gt;>"
    assert link("javascript:alert(1)", "here") == "here"
    assert link("https://a.example/|<!channel>", "here") == "here"


def test_names_in_a_list_are_escaped_and_mentions_kept():
    assert listed(["al<ice", Mrkdwn("<@U1>")]) == "al&lt;ice, <@U1>"
