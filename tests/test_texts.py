"""The longer texts: whole in both languages, in the team's own words where it has some, and a slip names itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.errors import TemplateError
from bot.incidents.sample_facts import BARE, FULL
from bot.texts import Text, Texts
from bot.words import SHIPPED

LANGUAGES = ("en", "pt_BR")
HOSTILE = "<b>*x*</b> | `y` [z](https://a.example) @here\n# head"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", Text)
def test_every_text_can_be_said_of_what_is_known_and_of_what_is_not(language: str, text: Text) -> None:
    texts = Texts(SHIPPED, language)
    for facts in (FULL, BARE):
        said = texts(text, facts)
        assert "None" not in said
        assert "{" not in said
        assert "!" not in said
        assert "\n\n\n" not in said
    assert FULL.title in texts(text, FULL) or text is Text.STATUS


def headings(language: str) -> list[str]:
    return [
        line.removeprefix("## ")
        for line in Texts(SHIPPED, language)(Text.POSTMORTEM, FULL).splitlines()
        if line.startswith("## ")
    ]


def test_the_postmortem_has_every_part_of_the_operations_documents() -> None:
    """Those of the CRM's template and of the ML API's, and what went well and badly."""
    assert headings("en") == [
        *("Summary", "Impact", "Detection and response", "Timeline", "Root cause", "What was done", "What went well"),
        *("What went badly", "Where we were lucky", "Lessons learned", "Action items"),
    ]
    assert headings("pt_BR") == [
        *("Resumo", "Impacto", "Detecção e resposta", "Linha do tempo", "Causa raiz", "O que foi feito"),
        *("O que deu certo", "O que deu errado", "Onde tivemos sorte", "Lições aprendidas", "Ações"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_postmortem_holds_its_shape_whatever_people_and_tools_wrote(language: str) -> None:
    """Every text from outside is hostile here, and the parts of the page are the same as ever."""

    def told(title: str, text: str) -> str:
        lines = [replace(FULL.timeline[0], what=text, who=text)]
        runs = [replace(FULL.runs[0], title=text, why=text, steps=(text,))]
        alerts = [replace(FULL.alerts[0], name=text, summary=text, source=text)]
        facts = replace(
            FULL,
            title=title,
            impact=text,
            root_cause=text,
            fix=text,
            timeline=tuple(lines),
            runs=tuple(runs),
            alerts=tuple(alerts),
            actions=(replace(FULL.actions[0], text=text),),
        )
        return Texts(SHIPPED, language)(Text.POSTMORTEM, facts)

    page = MarkdownIt("commonmark").enable("table").parse
    hostile = told(HOSTILE, HOSTILE)
    assert [each.type for each in page(hostile)] == [each.type for each in page(told("calm", "calm"))]
    tokens = [each for part in page(hostile) for each in part.children or ()]
    assert [each.content for each in tokens if "@here" in each.content] == [" ".join(HOSTILE.split())]
    assert {each.type for each in tokens if "@here" in each.content} == {"code_inline"}  # where nobody is called


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_went_well_or_badly_is_only_what_the_record_shows(language: str) -> None:
    """Of an incident of which nothing is known, each part waits for people."""
    said = Texts(SHIPPED, language)(Text.POSTMORTEM, BARE)
    to_fill_in = "- (to fill in)" if language == "en" else "- (a preencher)"
    assert said.count(to_fill_in) == 4


def own(folder: Path, name: str, text: str) -> Path:
    file = folder / "en" / "texts" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_teams_own_text_takes_the_place_of_ours_alone(tmp_path: Path) -> None:
    own(tmp_path, "postmortem.md", "Look back on {{ name }}: {{ title | md }}\n")
    texts = Texts(tmp_path, "en")
    assert texts(Text.POSTMORTEM, replace(FULL, title="*b*")) == "Look back on INC-7: \\*b\\*"
    assert texts(Text.FIRST, FULL) == Texts(SHIPPED, "en")(Text.FIRST, FULL)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ tilte }}", "'tilte' is undefined. It may use: acknowledged, actions, alerts, "),
        ("{{ runs[0].comand }}", "has no attribute 'comand'"),
        ("one\n{% if impact %}", ":2: Unexpected end of template"),
        ("{{ title | markdown }}", "No filter named 'markdown'"),
        ("{{ title.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_broken_text_names_itself_and_its_file_at_the_start(tmp_path: Path, text: str, said: str) -> None:
    file = own(tmp_path, "postmortem.md", text)
    own(tmp_path, "update.md", "{{ nwo }}")
    with pytest.raises(TemplateError) as caught:
        Texts(tmp_path, "en")
    update, postmortem = caught.value.problems
    assert "update.md: 'nwo' is undefined" in update
    assert postmortem.startswith(str(file))
    assert said in postmortem
