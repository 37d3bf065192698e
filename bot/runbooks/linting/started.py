"""Where an argv list names what it starts: its program, one behind sudo or docker exec, an interpreter's file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

# They start the program that is named behind them → their options that take a word, and how many words come before it.
_WRAPPERS: dict[str, tuple[str, int]] = {
    "sudo": ("-u -g -h -p -C -T -R -D -r -t -U --user --group --host --prompt --chdir --chroot --role --type", 0),
    "doas": ("-u -C", 0),
    "env": ("-u -C --unset --chdir", 0),
    "nohup": ("", 0),
    "nice": ("-n --adjustment", 0),
    "ionice": ("-c -n --class --classdata", 0),
    "timeout": ("-s -k --signal --kill-after", 1),
    "setsid": ("", 0),
    "stdbuf": ("-i -o -e --input --output --error", 0),
    "xargs": ("-I -n -P -L -d -a -E -s --replace --max-args --max-procs --delimiter --arg-file", 0),
    "chroot": ("", 1),
    "unshare": ("", 0),
    "nsenter": ("-t -S -G --target --setuid --setgid", 0),
    "time": ("-f -o --format --output", 0),
    "exec": ("-a", 0),
    "command": ("", 0),
    "busybox": ("", 0),
    "strace": ("-e -o -p -s -E -P", 0),
    "systemd-run": ("-p -u -E -H -M -t --unit --property --setenv --slice --uid --gid", 0),
    "setpriv": ("--reuid --regid --groups", 0),
    "chrt": ("-T -P -D", 1),
    "taskset": ("", 1),
    "flock": ("-w -E --timeout --conflict-exit-code", 1),
    "runuser": ("-u -g -G --user --group", 0),
}
# They run the file that their first plain word names, or the module behind -m → the letters of the options that take
# program text instead, which is judged as such; and the options that take another word.
_INTERPRETERS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("sh", "ash", "bash", "dash", "fish", "ksh", "mksh", "zsh", "csh", "tcsh"), ("c", "-o -O +o +O")),
    **dict.fromkeys(("python", "pypy"), ("c", "-W -X")),
    **dict.fromkeys(("perl", "ruby"), ("eE", "-I -r -C")),
    **dict.fromkeys(("node", "nodejs"), ("ep", "-r --require")),
    **dict.fromkeys(("lua", "luajit", "Rscript"), ("e", "-l")),
    "php": ("rRBE", "-d"),
}
_CONTAINERS = frozenset(["docker", "podman", "nerdctl"])
_IN_CONTAINER = "-e -u -w --env --user --workdir --env-file --detach-keys --index"
_CLUSTERS = frozenset(["kubectl", "oc", "k3s", "microk8s"])


def started(argv: Sequence[str]) -> Iterator[int]:
    """The position of each element that decides what is started."""
    at: int | None = 0
    while at is not None and at < len(argv):
        yield at
        program = program_name(argv[at])
        if program in _INTERPRETERS and (file := _file(program, argv, at + 1)) is not None:
            yield file
        if program == "find":
            yield from (one + 1 for one, word in enumerate(argv[:-1]) if re.fullmatch("-(exec|ok)(dir)?", word))
        at = _next(program, argv, at + 1)


def program_name(element: str) -> str:
    """python3.11 and /usr/bin/python are python."""
    return re.sub(r"[-.0-9]+$", "", PurePosixPath(element).name.removesuffix(".exe")) or element


def _next(program: str, argv: Sequence[str], start: int) -> int | None:
    """The program that this one starts."""
    if program in _WRAPPERS:
        options, words = _WRAPPERS[program]
        return _plain_word(argv, start, options, skip=words)
    if program in _CONTAINERS and "exec" in argv[start:]:
        return _plain_word(argv, argv.index("exec", start) + 1, _IN_CONTAINER, skip=1)
    if program in _CLUSTERS and "--" in argv[start:] and {"exec", "run", "debug"} & set(argv):
        return argv.index("--", start) + 1
    return None


def _plain_word(argv: Sequence[str], start: int, options: str, *, skip: int = 0) -> int | None:
    """The first word behind the options, their words, and `skip` others; assignments are none."""
    at = start
    dashes = False
    while at < len(argv):
        element = argv[at]
        if not dashes and element == "--":
            dashes = True
        elif not dashes and element in options.split():
            at += 1
        elif (dashes or not element.startswith("-")) and not re.match(r"[A-Za-z_][A-Za-z0-9_]*=", element):
            if not skip:
                return at
            skip -= 1
        at += 1
    return None


def _file(program: str, argv: Sequence[str], start: int) -> int | None:
    """The element that names what the interpreter runs; None when that is program text, or nothing."""
    letters, options = _INTERPRETERS[program]
    at = start
    while at < len(argv):
        element = argv[at]
        if element in options.split():
            at += 1
        elif program in ("python", "pypy") and element == "-m":
            return at + 1 if at + 1 < len(argv) else None
        elif re.match(rf"-[A-Za-z0-9]*[{letters}]", element) or element.startswith(("--eval", "--print")):
            return None
        elif not element.startswith(("-", "+")):
            return at
        at += 1
    return None
