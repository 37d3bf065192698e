"""Program text: no parameter may enter what a shell or an interpreter reads as code, or choose what is started."""

from __future__ import annotations

import pytest

from bot.runbooks.linting.programs import chosen_by_parameter, code_with_parameter

# What reads the text, and the command.
CODE = [
    ("sh", ["sh", "-c", "echo {x}"]),
    ("bash", ["/bin/bash", "-lc", "{x}"]),
    ("bash", ["bash", "-c", "-o", "pipefail", "{x}"]),
    ("bash", ["bash", "-c", "--", "{x}"]),
    ("zsh", ["zsh", "-ec", "{x}"]),
    ("python", ["python3", "-c", "print({x})"]),
    ("python", ["/usr/bin/python3.11", "-Ic", "{x}"]),
    ("perl", ["perl", "-e{x}"]),
    ("perl", ["perl", "-ne", "{x}"]),
    ("perl", ["perl", "-e", "1", "-e", "{x}"]),
    ("ruby", ["ruby", "-e", "{x}"]),
    ("node", ["node", "--eval", "{x}"]),
    ("node", ["node", "--eval={x}"]),
    ("php", ["php", "-r", "{x}"]),
    ("psql", ["psql", "-c", "select {x}"]),
    ("psql", ["psql", "--command=select {x}"]),
    ("mysql", ["mysql", "-e", "{x}"]),
    ("sqlite", ["sqlite3", "db", "{x}"]),
    ("awk", ["awk", "{x}"]),
    ("gawk", ["gawk", "-F", ":", "{x}", "file"]),
    ("sed", ["sed", "-e", "{x}", "file"]),
    ("sed", ["sed", "s/a/{x}/", "file"]),
    ("jq", ["jq", "{x}", "file"]),
    ("ssh", ["ssh", "host", "uptime", "{x}"]),
    ("ssh", ["ssh", "-o", "ProxyCommand={x}", "host"]),
    ("ssh", ["ssh", "-p", "22", "host", "{x}"]),
    ("sh", ["sudo", "sh", "-c", "{x}"]),
    ("bash", ["sudo", "-u", "root", "bash", "-c", "{x}"]),
    ("sh", ["env", "A=b", "sh", "-c", "{x}"]),
    ("sh", ["find", "/", "-exec", "sh", "-c", "{x}", ";"]),
    ("sh", ["docker", "exec", "c", "sh", "-c", "{x}"]),
    ("sh", ["kubectl", "exec", "pod", "--", "/bin/sh", "-c", "{x}"]),
    ("su", ["su", "-", "app", "-c", "{x}"]),
    ("watch", ["watch", "ls", "{x}"]),
    ("sh", ["xargs", "sh", "-c", "{x}"]),
    ("node", ["node", "--eval={x}"]),
    ("mongosh", ["mongosh", "--eval", "db.{x}.drop()"]),
    ("clickhouse-client", ["clickhouse-client", "-q", "select {x}"]),
    ("EVAL", ["redis-cli", "EVAL", "return {x}", "0"]),
    ("rsync", ["rsync", "-e", "ssh {x}", "a", "b:"]),
    ("tar", ["tar", "--checkpoint-action=exec={x}", "-cf", "a", "b"]),
    ("env", ["env", "-S", "{x}"]),
]

CHOSEN = [
    ["{x}"],
    ["/opt/{x}/run"],
    ["env", "{x}", "-c", "true"],
    ["sudo", "{x}"],
    ["timeout", "5", "{x}"],
    ["timeout", "--signal", "KILL", "5", "{x}"],
    ["sudo", "-n", "{x}"],
    ["sudo", "-n", "timeout", "5", "{x}"],
    ["chroot", "/mnt", "{x}"],
    ["env", "{x}=1", "ls"],
    ["xargs", "-I", "{{}}", "{x}"],
    ["find", "/", "-exec", "{x}", ";"],
    ["kubectl", "exec", "pod", "--", "{x}"],
    ["docker", "exec", "-u", "app", "web", "{x}"],
    ["docker", "compose", "exec", "-T", "db", "{x}"],
    ["sh", "{x}"],
    ["bash", "-e", "-o", "pipefail", "{x}"],
    ["python3", "-u", "/opt/{x}.py"],
    ["python3", "-m", "{x}"],
    ["perl", "-w", "{x}"],
]

ALLOWED = [
    ["systemctl", "restart", "--", "{x}"],
    ["sudo", "systemctl", "restart", "{x}"],
    ["sudo", "-u", "{x}", "systemctl", "status"],
    ["timeout", "{x}", "sleep", "1"],
    ["sh", "-c", 'rm -- "$1"', "sh", "{x}"],
    ["sh", "-c", "echo $RUNBOOK_X"],
    ["python3", "-c", "import sys; print(sys.argv[1])", "{x}"],
    ["python3", "-m", "tool", "{x}"],
    ["awk", "-v", "x={x}", "1", "file"],
    ["sed", "-n", "1p", "{x}"],
    ["ssh", "{x}"],
    ["ssh", "-p", "{x}", "host", "uptime"],
    ["kubectl", "scale", "deploy/{x}", "--replicas={x}"],
    ["grep", "-c", "{x}", "file"],
    ["jq", "--arg", "name", "{x}", ".[$name]", "file"],
    ["sudo", "--user=app", "env", "A={x}", "systemctl", "restart", "{x}"],
    ["sh", "/opt/clean.sh", "{x}"],
    ["python3", "-W", "error", "/opt/clean.py", "{x}"],
    ["docker", "exec", "{x}", "nginx", "-s", "reload"],
    ["kubectl", "exec", "{x}", "--", "nginx", "-s", "reload"],
    ["kubectl", "describe", "node", "{x}"],
    ["psql", "-h", "{x}", "-d", "{x}", "-c", "select 1"],
    ["tar", "-czf", "/backup/{x}.tgz", "{x}"],
    ["echo", "{{x}}"],
]


@pytest.mark.parametrize(("reader", "argv"), CODE, ids=[" ".join(argv) for _, argv in CODE])
def test_a_parameter_in_program_text_is_refused(reader: str, argv: list[str]) -> None:
    """Whatever its pattern: what is code today may be read otherwise by tomorrow's shell."""
    code = code_with_parameter(argv)
    assert code is not None
    assert (code.reader, "{x}" in argv[code.at]) == (reader, True)


@pytest.mark.parametrize("argv", CHOSEN, ids=" ".join)
def test_a_parameter_chooses_no_program(argv: list[str]) -> None:
    """Neither the program itself, nor one behind sudo or docker exec, nor the file of an interpreter."""
    at = chosen_by_parameter(argv)
    assert at is not None
    assert "{x}" in argv[at]


@pytest.mark.parametrize("argv", ALLOWED, ids=" ".join)
def test_a_parameter_as_data_is_allowed(argv: list[str]) -> None:
    """Arguments, also those of a constant program text, are data."""
    assert (code_with_parameter(argv), chosen_by_parameter(argv)) == (None, None)
