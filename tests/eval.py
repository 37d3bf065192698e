"""`make eval`: how well alerts are classified and runbooks ranked; printed, and written into docs/classification.md.

The model is judged on families of alerts that it has not seen: for each part of the families one model learns from all
others. The ranking is judged on the alerts of runbooks/tests, with the runbooks as they are and without their `match`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bot.classify.embedded import WEIGHTS, embedded, read
from bot.classify.ranking import SURE, Ranking
from bot.classify.training.examples import Row, rows, views
from bot.classify.training.folds import unseen
from bot.model import Alert, Category
from bot.runbooks.cases import NONE, load_cases
from bot.runbooks.load import load_folder

ROOT = Path(__file__).parent.parent
PAGE, RUNBOOKS = ROOT / "docs" / "classification.md", ROOT / "runbooks"
BEGIN, END = "<!-- numbers: make eval -->\n", "<!-- end -->\n"
PARTS, SEEDS = 6, (1, 2)
SUREST = 0.7  # the share of the answers that it is surest of


@dataclass(frozen=True)
class Answer:
    row: Row
    category: Category
    chance: float

    @property
    def right(self) -> bool:
        return self.category is self.row.category

    @property
    def fair(self) -> bool:
        """Right, or a category that a reasonable engineer would accept too."""
        return self.right or self.category in self.row.also_ok


def share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def macro_f1(answers: Sequence[Answer]) -> float:
    """Of the categories that the rows have; a category counts the same however rare."""
    scores = []
    for category in sorted({answer.row.category for answer in answers}):
        hit = sum(answer.right for answer in answers if answer.category is category)
        said = sum(answer.category is category for answer in answers)
        is_so = sum(answer.row.category is category for answer in answers)
        scores.append(2 * hit / (said + is_so))
    return sum(scores) / len(scores)


def surest(answers: Sequence[Answer], part: float) -> list[Answer]:
    return sorted(answers, key=lambda answer: -answer.chance)[: round(part * len(answers))]


def answered() -> dict[str, list[Answer]]:
    """What models that had not seen the family said, with all of an alert's text and with its name alone."""
    found: dict[str, list[Answer]] = {"name and text": [], "name alone": []}
    for seed in SEEDS:
        for model, part in unseen(rows(), PARTS, seed, embedded().temperature):
            for row in part:
                shown = views(row.alert)
                for view, alert in (("name and text", shown[0]), ("name alone", shown[-1])):
                    found[view].append(Answer(row, *model.category(alert)))
    return found


def table(header: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    shown = [[str(each) for each in line] for line in (header, ["---"] * len(header), *lines)]
    return "".join(f"| {' | '.join(line)} |\n" for line in shown) + "\n"


def of_the_model(answers: dict[str, list[Answer]]) -> str:
    lines = [
        [
            view,
            f"{share([each.right for each in found]):.3f}",
            f"{macro_f1(found):.3f}",
            f"{share([each.right for each in surest(found, SUREST)]):.3f}",
            f"{share([each.fair for each in found]):.3f}",
            f"{share([each.fair for each in surest(found, SUREST)]):.3f}",
        ]
        for view, found in answers.items()
    ]
    header = [
        "shown",
        "accuracy",
        "macro-F1",
        "accuracy, surest 70 %",
        "accuracy, `also_ok` counted",
        "the same, surest 70 %",
    ]
    whole = answers["name and text"]
    curve = [
        [
            f"{part:.0%}",
            f"{share([each.right for each in surest(whole, part)]):.3f}",
            f"{surest(whole, part)[-1].chance:.2f}",
        ]
        for part in (0.3, 0.5, 0.7, 0.8, 0.9, 1.0)
    ]
    bands = []
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.01)):
        inside = [each for each in whole if low <= each.chance < high]
        said = sum(each.chance for each in inside) / max(1, len(inside))
        bands.append(
            [
                f"{low:.2f}–{min(high, 1):.2f}",
                len(inside),
                f"{said:.2f}",
                f"{share([each.right for each in inside]):.2f}",
            ]
        )
    return (
        table(header, lines)
        + "The surest answers, and how sure the least sure of them is:\n\n"
        + table(["share of alerts", "accuracy", "chance of the last"], curve)
        + "Is it as often right as it says?\n\n"
        + table(["it says", "answers", "mean", "right"], bands)
    )


def confusion(answers: Sequence[Answer]) -> str:
    """One line a category: how often it is found, and what it is taken for instead."""
    lines = []
    for category in Category:
        those = [each for each in answers if each.row.category is category]
        if not those:
            continue
        wrong = Counter(each.category for each in those if not each.right)
        taken = ", ".join(f"{other} {times}" for other, times in wrong.most_common())
        said = [each for each in answers if each.category is category]
        lines.append(
            [
                category,
                len(those),
                f"{share([each.right for each in those]):.2f}",
                f"{share([each.right for each in said]):.2f}",
                taken or "–",
            ]
        )
    return table(["category", "answers", "found", "right when said", "taken for"], lines)


def of_the_ranking() -> str:
    library = load_folder(RUNBOOKS, compare=False)
    cases = {
        (each.case.alert.name, each.case.alert.summary, each.case.runbook): each.case.alert.alert
        for each in load_cases(RUNBOOKS, library).written
        if each.case.alert is not None and each.case.runbook != NONE
    }
    bare = [runbook.model_copy(update={"match": ()}) for runbook in library.runbooks.values()]
    lines = []
    for shown, runbooks in (("as they are", list(library.runbooks.values())), ("without `match`", bare)):
        ranking = Ranking(runbooks)
        ranked = [(key[2], ranking.rank(alert, embedded().category(alert)[0])) for key, alert in cases.items()]
        first = [bool(found) and found[0][0] == right for right, found in ranked]
        third = [right in [name for name, _ in found[:3]] for right, found in ranked]
        sure = [hit for hit, (_, found) in zip(first, ranked, strict=True) if found and found[0][1] >= SURE]
        lines.append(
            [shown, len(ranked), f"{share(first):.3f}", f"{share(third):.3f}", f"{share(sure):.3f} of {len(sure)}"]
        )
    return table(["runbooks", "alerts", "right one first", "in the first three", f"first, score {SURE} or more"], lines)


def timed(times: int, act: Callable[[Alert], object], alerts: Sequence[Alert]) -> float:
    """The 95th percentile, in milliseconds."""
    spent = []
    for _ in range(times):
        for alert in alerts:
            begun = perf_counter()
            act(alert)
            spent.append((perf_counter() - begun) * 1000)
    return sorted(spent)[int(len(spent) * 0.95)]


def of_time_and_size() -> str:
    """Only printed: they are this machine's."""
    alerts = [row.alert for row in rows()]
    begun = perf_counter()
    model = read(WEIGHTS)
    loading = (perf_counter() - begun) * 1000
    runbooks = list(load_folder(RUNBOOKS, compare=False).runbooks.values())
    Ranking(runbooks)
    begun = perf_counter()
    ranking = Ranking(runbooks)
    building = (perf_counter() - begun) * 1000
    return (
        f"weights {WEIGHTS.stat().st_size / 1000:.0f} kB, loaded in {loading:.1f} ms; "
        f"category p95 {timed(1, model.category, alerts):.2f} ms\n"
        f"ranking of {len(runbooks)} runbooks built in {building:.0f} ms; "
        f"rank p95 {timed(1, ranking.rank, alerts):.2f} ms\n"
    )


def main() -> None:
    answers = answered()
    own = [row for row in rows() if row.family is None]
    numbers = (
        f"Weights `{embedded().made_of[:12]}`; {len(rows()) - len(own)} labelled alerts in {PARTS} parts by family, "
        f"{len(SEEDS)} shuffles; {len(own)} rows of our own are learnt from and never judged by.\n\n"
        + of_the_model(answers)
        + "### Confusion\n\n"
        + confusion(answers["name and text"])
        + "### Ranking\n\n"
        + of_the_ranking()
    )
    sys.stdout.write(numbers + of_time_and_size())
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + "\n" + numbers + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
