"""What `app.py demo` runs: the local workspace, the shop, its monitor and the bot, and the page's buttons for trouble.

Everything it starts ends with it, a shop that a runbook restarted included.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType

import httpx

from demo import process
from demo.monitor import Monitor
from slackbox import Slackbox

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data" / "demo"
SHOP_PORT = 8411
SHOP_LIMIT_MB = 200
SHOP_WARM_UP = 4.0  # seconds: long enough to see the card follow the steps, and to kill the bot in the middle of them
LAST_LINES = 15  # of the bot's log, when it died by itself

WHAT_TO_DO = """\
  1. Open the page and press "Send traffic": the shop's memory leaks, and within ten seconds an alert is in #alerts.
  2. Open the thread below the alert and press Approve: the bot restarts the shop and says whether that helped.
  3. Press Ctrl-C here when you have seen enough; everything that was started ends."""


# What a newcomer reads where nothing is posted yet.
PURPOSES = {
    "alerts": "*Start here:* press *Send traffic* on the left. The shop's memory leaks, within ten seconds an alert is "
    "posted here, and the bot answers in its thread with what it would do.",
    "incidents": "An alert of severity P0 or P1 opens an incident here, with a card of its own. "
    "None yet? Press *Send traffic* on the left.",
}


class BotProcess:
    """The bot as `app.py serve` in a process of its own, which can be stopped, killed and started again."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._home = home
        self._log = home / "bot.log"
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def state(self) -> str:
        if self.pid:
            return f"running, process {self.pid}"
        return "died by itself; see the terminal" if self._wanted else "stopped"

    @property
    def died(self) -> bool:
        """It ended, and nobody asked it to."""
        return self._wanted and self.pid is None

    def start(self) -> str:
        with self._lock:
            if self.pid:
                return "The bot is running already."
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, ROOT / "app.py", "serve"],
                    cwd=self._home,  # not where a real set-up's .env is
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C in the terminal is for the stage, which ends the bot in order
                )
            self._wanted = True
            return "The bot is starting. It reads what was posted while it was away."

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 15.0) -> str:
        with self._lock:
            self._wanted = False
            if self._process is None or self._process.poll() is not None:
                return "The bot is not running."
            self._process.send_signal(how)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                return f"The bot did not stop within {patience:g} s and was killed."
            return "The bot was killed in the middle of it." if how is signal.SIGKILL else "The bot has stopped."

    def last_lines(self) -> list[str]:
        return self._log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:] if self._log.exists() else []


class Stage:
    """Everything on the stage. `with Stage(port) as stage:` starts it and ends it.

    `shop_port` 0 and `port` 0 take free ones. The shop is healthy `warm_up` seconds after each start. `bot=False`
    leaves the bot out.
    """

    def __init__(
        self,
        port: int,
        *,
        shop_port: int = SHOP_PORT,
        limit_mb: int = SHOP_LIMIT_MB,
        warm_up: float = SHOP_WARM_UP,
        bot: bool = True,
    ) -> None:
        self._limit_mb = limit_mb
        self._warm_up = warm_up
        self._with_bot = bot
        self._closing = threading.Event()
        self._states = threading.Thread(target=self._keep_states_fresh, name="states")
        self._traffic: threading.Thread | None = None
        self.shop_port = free_port(shop_port)
        self.box = Slackbox(manifest=ROOT / "manifest.json", port=free_port(port), rate_limits=True)

    def __enter__(self) -> Stage:
        DATA.mkdir(parents=True, exist_ok=True)
        self.home = Path(tempfile.mkdtemp(prefix="run-", dir=DATA))
        self.shop_home = self.home / "shop"
        self.shop_home.mkdir()
        try:
            self.box.start()
            for channel, purpose in PURPOSES.items():
                self.box.set_purpose(channel, purpose)
            process.prepare(self.shop_home, self.shop_port, self._limit_mb, self._warm_up)
            process.start(self.shop_home)
            shop_url = f"http://127.0.0.1:{self.shop_port}"
            self.monitor = Monitor(shop_url, self.box.webhook("alerts", name="Alertmanager"), self.shop_port)
            self.monitor.start()
            self.bot = BotProcess(self.home, self.bot_environment())
            self._put_controls()
            self._states.start()
            if self._with_bot:
                self.bot.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything, in an order in which nothing is surprised by what is gone."""
        self._closing.set()
        for thread in (self._states, self._traffic):
            if thread and thread.is_alive():
                thread.join()
        if hasattr(self, "bot"):
            self.bot.stop()
        if hasattr(self, "monitor"):
            self.monitor.close()
        process.end(self.shop_home)
        self.box.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # -- what the buttons do ------------------------------------------------------------------------------------------

    def send_traffic(self) -> str:
        """Orders until the shop is full, some thirty a second; while it warms up they are tried again."""
        if self._traffic and self._traffic.is_alive():
            return "Orders are coming in already."
        self._traffic = threading.Thread(target=self._order, name="traffic")
        self._traffic.start()
        return "Orders are coming in. The alert fires when the shop's memory is nearly full."

    def crash_shop(self) -> str:
        """The shop's process dies at once, as by the kernel's hand."""
        pid = process.running(self.shop_home)
        if pid is None:
            return "The shop is down already."
        with httpx.Client(trust_env=False) as client:
            try:
                client.post(f"{self.monitor.shop_url}/crash")
            except httpx.TransportError:  # it cannot answer any more: that is the crash
                if process.gone(self.shop_home, pid, within=5):
                    return "The shop has crashed. The alert fires in a few seconds."
        raise RuntimeError("the shop survived")

    def odd_alert(self) -> str:
        """An alert that no runbook fits; pressed again, it resolves."""
        return "FluxCapacitorWobble fires." if self.monitor.wobble() else "FluxCapacitorWobble is resolved."

    def _order(self) -> None:
        with httpx.Client(trust_env=False, timeout=5) as client:
            while not self._closing.wait(0.03):
                try:
                    answer = client.post(f"{self.monitor.shop_url}/orders")
                except httpx.TransportError:  # it is being restarted, or crashed: customers go elsewhere
                    return
                if answer.status_code != 201 and answer.json()["error"] != "warming up":
                    return

    def _shop_state(self) -> str:
        busy = ", orders are coming in" if self._traffic and self._traffic.is_alive() else ""
        return f"{self.monitor.sample}{busy}"

    def _put_controls(self) -> None:
        shop = partial(self.box.control, group="Shop")
        shop("traffic", "Send traffic", "Orders leak memory until it is full.", self.send_traffic, self._shop_state)
        shop("crash", "Crash the shop", "Its process dies at once.", self.crash_shop, short="Crash it")
        odd = "One that no runbook fits. Press it again and it is resolved."
        self.box.control("odd", "Odd alert", odd, self.odd_alert, self._odd_state, group="Another alert")
        bot = partial(self.box.control, group="Bot")
        bot("stop-bot", "Stop the bot", "It ends in order.", self.bot.stop, self._bot_state, short="Stop")
        bot("start-bot", "Start the bot", "It goes on where it was.", self.bot.start, short="Start")
        bot("kill-bot", "Kill the bot", "Like a power cut.", self._kill_bot, short="Kill")

    def _keep_states_fresh(self) -> None:
        """Tells the page when one of the states is another than before, and only then."""
        seen: tuple[str, ...] = ()
        while not self._closing.wait(0.5):
            now = (self._shop_state(), self._odd_state(), self._bot_state())
            if now != seen:
                seen = now
                self.box.refresh_controls()

    def _odd_state(self) -> str:
        return "firing" if self.monitor.odd else "quiet"

    def _kill_bot(self) -> str:
        return self.bot.stop(signal.SIGKILL)

    def _bot_state(self) -> str:
        return self.bot.state

    def bot_environment(self) -> dict[str, str]:
        """The bot's whole environment: nothing of a real set-up on this machine gets in."""
        outside = {name: os.environ[name] for name in ("HOME", "LANG", "TZ", "TERM") if name in os.environ}
        return {
            **outside,
            # Where scripts find a python3 of the right age.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "SLACK_BOT_TOKEN": self.box.bot_token,
            "SLACK_APP_TOKEN": self.box.app_token,
            "SLACK_API_URL": self.box.api_url,
            "ALERTS_CHANNELS": "alerts",
            "LLM_PROVIDER": "none",  # nothing leaves this machine, and nothing has to be installed on it
            "INCIDENTS_CHANNEL": "incidents",
            "DATABASE_URL": f"sqlite:///{self.home / 'plantao.db'}",
            "RUNBOOKS_DIR": str(ROOT / "demo" / "runbooks"),
            "TEMPLATES_DIR": str(ROOT / "templates"),
            "TEAM_FILE": str(ROOT / "demo" / "team.yaml"),
            "MODE": "act",
            "LANGUAGE": "en",
            "LOG_FORMAT": "console",
            "SHOP_HOME": str(self.shop_home),
        }


def run(port: int, browser: bool) -> int:
    """The demo until Ctrl-C or SIGTERM; `port` is the page's, or a free one when that is taken. The exit status."""
    stop = threading.Event()
    failed = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {which: signal.signal(which, end) for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with Stage(port) as stage:
            print(f"\nPlantão demo: {stage.box.url}\n\n{WHAT_TO_DO}\n", flush=True)
            if browser and _has_display():
                webbrowser.open(stage.box.url)
            while not stop.wait(0.2):
                if stage.bot.died and not failed:
                    failed = True
                    print("The bot died by itself. The end of its log:", file=sys.stderr)
                    print("\n".join(f"  {line}" for line in stage.bot.last_lines()), file=sys.stderr, flush=True)
                elif stage.bot.pid:
                    failed = False
            print("Ending the demo ...", flush=True)
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
    return 1 if failed else 0


def free_port(port: int) -> int:
    """This port if nobody listens there, else a free one."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _has_display() -> bool:
    """Elsewhere a browser in the terminal would open over the words that are printed there."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
