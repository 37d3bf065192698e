"""Program text: no parameter may enter what a shell or an interpreter reads as code."""

from __future__ import annotations

import pytest

from bot.runbooks.programs import code_with_parameter

REFUSED = [
    ["sh", "-c", "echo {x}"],
    ["/bin/bash", "-lc", "{x}"],
    ["bash", "-c", "-o", "pipefail", "{x}"],
    ["bash", "-c", "--", "{x}"],
    ["zsh", "-ec", "{x}"],
    ["python3", "-c", "print({x})"],
    ["/usr/bin/python3.11", "-Ic", "{x}"],
    ["perl", "-e{x}"],
    ["perl", "-ne", "{x}"],
    ["perl", "-e", "1", "-e", "{x}"],
    ["ruby", "-e", "{x}"],
    ["node", "--eval", "{x}"],
    ["node", "--eval={x}"],
    ["php", "-r", "{x}"],
    ["psql", "-c", "select {x}"],
    ["psql", "--command=select {x}"],
    ["mysql", "-e", "{x}"],
    ["sqlite3", "db", "{x}"],
    ["awk", "{x}"],
    ["gawk", "-F", ":", "{x}", "file"],
    ["sed", "-e", "{x}", "file"],
    ["sed", "s/a/{x}/", "file"],
    ["jq", "{x}", "file"],
    ["ssh", "host", "uptime", "{x}"],
    ["ssh", "-o", "ProxyCommand={x}", "host"],
    ["ssh", "-p", "22", "host", "{x}"],
    ["sudo", "sh", "-c", "{x}"],
    ["sudo", "-u", "root", "bash", "-c", "{x}"],
    ["env", "A=b", "sh", "-c", "{x}"],
    ["env", "-S", "{x}"],
    ["find", "/", "-exec", "sh", "-c", "{x}", ";"],
    ["docker", "exec", "c", "sh", "-c", "{x}"],
    ["kubectl", "exec", "pod", "--", "/bin/sh", "-c", "{x}"],
    ["su", "-", "app", "-c", "{x}"],
    ["watch", "ls", "{x}"],
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
    ["xargs", "sh", "-c", "{x}"],
    ["find", "/", "-exec", "{x}", ";"],
    ["kubectl", "exec", "pod", "--", "{x}"],
    ["docker", "exec", "-u", "app", "web", "{x}"],
    ["docker", "compose", "exec", "-T", "db", "{x}"],
    ["sh", "{x}"],
    ["bash", "-e", "-o", "pipefail", "{x}"],
    ["python3", "-u", "/opt/{x}.py"],
    ["python3", "-m", "{x}"],
    ["perl", "-w", "{x}"],
    ["node", "--eval={x}"],
    ["mongosh", "--eval", "db.{x}.drop()"],
    ["clickhouse-client", "-q", "select {x}"],
    ["redis-cli", "EVAL", "return {x}", "0"],
    ["rsync", "-e", "ssh {x}", "a", "b:"],
    ["tar", "--checkpoint-action=exec={x}", "-cf", "a", "b"],
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


@pytest.mark.parametrize("argv", REFUSED, ids=" ".join)
def test_a_parameter_in_program_text_is_refused(argv: list[str]) -> None:
    """Whatever its pattern: what is code today may be read otherwise by tomorrow's shell."""
    at = code_with_parameter(argv)
    assert at is not None
    assert "{x}" in argv[at]


@pytest.mark.parametrize("argv", ALLOWED, ids=" ".join)
def test_a_parameter_as_data_is_allowed(argv: list[str]) -> None:
    """Arguments, also those of a constant program text, are data."""
    assert code_with_parameter(argv) is None
