"""Plantão's command line, and what is wired to what. `app.py --help` lists the commands."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import structlog
import typer
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot import settings
from bot.alertmanager import Alertmanager
from bot.alerts.correlate import StormRule
from bot.at_hand import ENV_FILE
from bot.calendars.kept import Calendars
from bot.checklists import checklists
from bot.classify.language_model import language_model
from bot.clock import utc_now
from bot.context import Context
from bot.deliveries.ways import ways
from bot.deliveries.worker import Deliveries
from bot.duty import Duty
from bot.errors import InputError, PlantaoError, StoreLocked
from bot.flow import Flow
from bot.incidents.facts import FactFinder
from bot.incidents.targets import Targets
from bot.logs import set_up_logs
from bot.model import BOT
from bot.nobody import ROTA, Nobody
from bot.runbooks.processes.scratch import Scratch
from bot.runbooks.shelf import Shelf
from bot.runbooks.steps import Surroundings
from bot.runbooks.terminal.typed import runbook_commands
from bot.settings import Settings
from bot.slack.clicks import Clicks
from bot.slack.commands import Commands
from bot.slack.doctor import report
from bot.slack.handoffs.command import HandoffCommand
from bot.slack.handoffs.notes import NoteVerbs
from bot.slack.handoffs.showing import ShowingHandoffs
from bot.slack.handoffs.weekly_report import WeeklyReport
from bot.slack.history import begin, catch_up
from bot.slack.home import Home
from bot.slack.incidents.changing import Changing
from bot.slack.incidents.command import IncidentCommand
from bot.slack.incidents.figures import Figures
from bot.slack.incidents.looking import Looking
from bot.slack.incidents.looking_back import LookingBack
from bot.slack.incidents.means import Means
from bot.slack.incidents.pins import Pins
from bot.slack.incidents.silences import Silences
from bot.slack.intake import Intake
from bot.slack.listeners import build_app
from bot.slack.notices import Notices
from bot.slack.oncall.command import OnCallCommand
from bot.slack.oncall.showing import ShowingCovers
from bot.slack.oncall.zones import Zones
from bot.slack.outbox import Outbox
from bot.slack.pictures import Pictures
from bot.slack.rota_notices import RotaNotices
from bot.slack.runbook_command import RunbookCommand
from bot.slack.screen import SlackScreen
from bot.slack.starting import prepare, wait_for_a_signal
from bot.slack.uploads import Uploads
from bot.slack.user_group import UserGroup
from bot.slack.workspace import Roles, find_workspace, web_client
from bot.store import Store
from bot.team_file import TeamFile
from bot.texts import Texts
from bot.timers import Ticker
from bot.typed import classify, detect, handle
from bot.withheld import secret_values
from bot.words import Words
from handoff.errors import NothingToHandOver
from handoff.handing_over import HandingOver
from handoff.note_writer import NoteWriter
from handoff.noting import Noting
from handoff.reporting import Reporting
from handoff.summarizing import Summarizing
from handoff.summary import summaries
from handoff.terminal import note_now
from handoff.texts import read_texts

log = structlog.get_logger()
BAD_INPUT = 2


class Bot:
    """Everything wired together. `start` connects it; `stop` ends what can be ended and journals the rest."""

    def __init__(self, found: Settings, people: TeamFile, words: Words, environ: Mapping[str, str]) -> None:
        """Opens the database and asks Slack about the tokens and channels. Raises PlantaoError with how to mend it."""
        client = web_client(found)
        self._workspace = workspace = find_workspace(client, found)
        self.store = store = Store(found.database)
        self._shelf = shelf = Shelf(found.runbooks_dir, lambda: people.now)
        roles = Roles(lambda: people.now, client)
        self._patient = patient = web_client(found, patient=True)
        self._outbox = Outbox(store, client, utc_now, self._posted)
        self._uploads = Uploads(store, patient, utc_now, lambda subject: self._screen.changed(subject))
        outward = ways(found, lambda: people.now)
        self._deliveries = Deliveries(store, outward, utc_now)
        self._pictures = Pictures()
        observe = found.mode == "observe"
        url = found.alertmanager_url.get_secret_value()
        alertmanager = Alertmanager(url) if url else None
        targets = Targets(found.target_acknowledge, found.target_assess, found.target_mitigate, found.target_resolve)
        rota = RotaNotices(store, self._outbox, workspace, lambda: people.now, words)
        folder = found.team_file.parent
        self._calendars = Calendars(store, lambda: people.now, folder, utc_now, rota.calendar)
        duty = Duty(lambda: people.now, store, self._calendars)
        self._user_group = UserGroup(patient, lambda: people.now, duty, utc_now)
        self._screen = screen = SlackScreen(
            store,
            self._outbox,
            workspace,
            lambda: people.now,
            duty,
            words,
            utc_now,
            lambda: len(shelf.library().broken),
            self._uploads,
            observe=observe,
            silencing=alertmanager is not None,
            targets=targets,
            updating=lambda: self.flow.updating,
        )
        screen.others[ROTA] = rota.nobody
        self._scratch = Scratch(found.database.with_name(found.database.name + ".runs"))
        self._model = language_model(found, secrets=secret_values(environ))
        notices = Notices(store, self._outbox, client)
        surroundings = Surroundings(self._scratch.folder, environ, notices.post, held=self._scratch.held)
        context = Context(
            store,
            shelf,
            lambda: people.now,
            duty,
            roles.of,
            surroundings,
            self._changed,
            FactFinder(store, lambda: people.now, words, targets, duty, workspace.permalink),
            Texts(found.templates_dir, found.language),
            outward,
            lambda: self._deliveries.look(),
            home=next(iter(workspace.alerts)),
            observe=observe,
            alertmanager=alertmanager,
            storm=StormRule(found.storm_alerts, found.storm_window),
        )
        lists = lambda: checklists(found.templates_dir, found.language)  # noqa: E731
        noting = Noting(context, lambda: handing_over.redraw())
        writer = NoteWriter(store, lambda: people.now, duty, context.facts, read_texts(found))
        summarizing = Summarizing(store, summaries(found, environ), self._changed)
        self.handing_over = handing_over = HandingOver(context, writer, noting, summarizing, lists)
        reporting = Reporting(context)
        nobody = Nobody(store, duty, lambda: self._calendars.settled(people.now))
        self.flow = Flow(context, self._model, also=(handing_over, reporting, nobody))
        handoffs = ShowingHandoffs(store, self._outbox, self._uploads, workspace, screen.drawing, handing_over)
        screen.others["handoff"] = handoffs.show
        self.report = WeeklyReport(
            reporting, store, self._outbox, self._uploads, self._pictures, workspace, screen.drawing
        )
        screen.others["report"] = self.report.show
        self._home = Home(patient, store, self.flow, workspace, screen.drawing, duty, targets, utc_now)
        means = Means(store, self.flow, workspace, client, screen.drawing, self._uploads)
        clicks = Clicks(replace(means, client=patient), screen, handing_over, lists, self._home.opened)
        pins = Pins(patient, store, self.flow.coordinating, workspace, words)
        self._intake = Intake(store, self.flow, workspace, clicks.answer, pins, self._home.opened, utc_now)
        self._listeners = ThreadPoolExecutor(8, "listener")
        incidents = IncidentCommand(
            means,
            Changing(means, lists),
            Looking(means, screen.incidents.card, utc_now),
            LookingBack(means),
            Silences(means),
            Figures(means, targets, self._pictures, utc_now),
        )
        runbooks = RunbookCommand(store, shelf, self.flow, workspace, client, screen.drawing, roles.of)
        notes = NoteVerbs(noting, store, words, screen.drawing.who)
        handing = HandoffCommand(handing_over, handoffs, store, client, words, screen.drawing.who, notes, self.report)
        zones = Zones(client, lambda: people.now)
        on_call = OnCallCommand(means, duty, zones, utc_now, day_first=found.language == "pt_BR")
        screen.others["cover"] = ShowingCovers(store, self._outbox, workspace, screen.drawing, duty, utc_now).show
        nouns = Commands(words, incidents, runbooks, on_call, handing)
        bolt = build_app(client, self._intake, clicks, nouns, self._listeners)
        # Five unanswered pings and the client connects anew: a cut is mended within about 15 s.
        self._socket = SocketModeHandler(bolt, found.slack_app_token.get_secret_value(), ping_interval=3)
        self._ticker = Ticker(store, self.flow.on_timer, self.flow.plan_ahead, utc_now)
        self._history = ThreadPoolExecutor(1, "history")
        self._stopping = threading.Event()

    def start(self) -> None:
        """Goes on where the last one stopped, connects, and reads what was posted meanwhile."""
        begin(self.store, self._workspace.watched, utc_now())
        self._shelf.read_ahead()
        self._outbox.start()
        self._uploads.start()
        self._deliveries.start()
        self._screen.start()
        self._calendars.start()
        self._user_group.start()
        self._home.start()
        self.flow.recover()
        self._intake.resume()
        self._ticker.start()
        if self._model is not None:
            self._model.wake()
        self._socket.client.on_message_listeners.append(self._connected)
        self._socket.client.connect()
        log.info("connected", alerts=sorted(self._workspace.alerts.values()))

    def post_handoff(self) -> None:
        """The note of the shift, for a terminal: nothing is listened to. To be stopped right after it.

        Raises NothingToHandOver.
        """
        self._outbox.start()
        self._uploads.start()
        self._screen.start()
        self.handing_over.post_now(BOT)

    def _changed(self, subject: str) -> None:
        """An alert, an incident or a request is different now."""
        self._screen.changed(subject)
        self._home.changed()
        if subject.startswith("incident_"):
            self.handing_over.redraw()

    def _posted(self, key: str) -> None:
        """A card has come to stand in its channel, and can be linked to."""
        self._screen.posted(key)
        self._home.changed()

    def _connected(self, message: str) -> None:
        """Slack greets every new connection; what was posted before it is read from the channels' history."""
        if '"hello"' in message[:300]:
            self._history.submit(
                catch_up,
                self._patient,
                self.store,
                self._workspace.watched,
                self._intake.receive_missed,
                self._stopping,
            )

    def _close_socket(self) -> None:
        try:
            self._socket.client.close()
        except AttributeError:  # the SDK's own thread saw the connection break and has just taken its socket away
            log.info("the connection broke as it was closed")

    def hang_up(self) -> None:
        """No further connection is made; what Slack delivers from now on waits for the next start."""
        self._socket.client.auto_reconnect_enabled = self._socket.client.default_auto_reconnect_enabled = False

    def stop(self) -> None:
        self.hang_up()
        self._stopping.set()
        # The SDK waits for its receiving thread, for ever when that began just as the connection was made.
        closing = threading.Thread(target=self._close_socket, daemon=True)
        closing.start()
        closing.join(timeout=5)
        self._history.shutdown(wait=True, cancel_futures=True)
        self._listeners.shutdown(wait=True)
        self._intake.stop()
        self._ticker.stop()
        self.flow.stop()
        self._calendars.stop()
        self._user_group.stop()
        self._screen.stop()
        self._home.stop()
        self._pictures.stop()
        self._uploads.stop()
        self._deliveries.stop()
        self._outbox.stop()
        self._scratch.close()
        self.store.close()


app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, help="Plantão: a Slack bot for incident response."
)
app.add_typer(runbook_commands, name="runbook")


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve() -> None:
    """The bot, until SIGTERM or Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, also while it waits for Slack
    try:
        found, people, words = prepare()
        bot = Bot(found, people, words, os.environ)
        try:
            bot.start()
            wait_for_a_signal()
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough; what runs is ended in order
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            log.info("stopping")
            bot.stop()
    except KeyboardInterrupt:
        return


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served.")] = 8410,
    browser: Annotated[bool, typer.Option(help="Open the page.")] = True,
) -> None:
    """A local workspace, a shop that breaks, and the bot: all on this machine."""
    from demo import stage  # development equipment, not needed by the bot

    raise typer.Exit(stage.run(port, browser))


@app.command()
def slackbox(
    port: Annotated[int, typer.Option(help="Where the page is served.")] = 8410,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    allow_remote: Annotated[bool, typer.Option("--allow-remote", help="Let --host let other machines in.")] = False,
) -> None:
    """The local workspace alone, with the bot's app in it."""
    from slackbox.__main__ import main as serve_slackbox

    manifest = Path(__file__).with_name("manifest.json")
    remote = ["--allow-remote"] if allow_remote else []
    raise typer.Exit(serve_slackbox(["--port", str(port), "--host", host, "--manifest", str(manifest), *remote]))


@app.command()
def doctor() -> None:
    """Checks settings, tokens, channels, team, runbooks, database, model; says what is missing and how to mend it."""
    raise typer.Exit(report(os.environ, ENV_FILE))


@app.command()
def handoff(
    post: Annotated[bool, typer.Option("--post", help="Post it, where no bot is running.")] = False,
) -> None:
    """The note of the shift as it would be posted now, in Markdown."""
    try:
        if not post:
            found = settings.load(os.environ, ENV_FILE, slack=False)
            set_up_logs(found.log_format)
            words = Words(found.templates_dir, found.language)
            typer.echo(note_now(found, TeamFile(found.team_file), words, utc_now()))
            return
        bot = Bot(*prepare(), os.environ)
        try:
            bot.post_handoff()
        finally:
            bot.stop()
    except StoreLocked as error:
        typer.echo("A bot is running with this record. Type `/handoff now` in Slack.", err=True)
        raise typer.Exit(1) from error
    except NothingToHandOver as error:
        typer.echo(
            "Nobody is on call now, so that there is nothing to hand over. See `rota` in the team file.", err=True
        )
        raise typer.Exit(1) from error


for command in (classify, handle, detect):
    app.command()(command)


def run() -> int:
    """The command line with its exit status: 0 done, 1 the answer is no, 2 bad input."""
    try:
        app(standalone_mode=True)
    except InputError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return BAD_INPUT
    except PlantaoError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(run())
