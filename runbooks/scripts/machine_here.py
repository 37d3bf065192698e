#!/usr/bin/env python3
"""Whether RUNBOOK_MACHINE, a name or an address, with or without a port, is the machine that this runs on.

Ends with 1 when it is another one: what follows works on this machine only. Empty: nobody has named one, which is said.
"""

import errno
import ipaddress
import os
import re
import socket
import sys

own = socket.gethostname()
meant = os.environ["RUNBOOK_MACHINE"]
bare = re.sub(r"^\[(.*)\](:[0-9]+)?$", r"\1", meant)  # [2001:db8::1]:9100
if bare.count(":") == 1:
    bare = bare.partition(":")[0]


def address_of_this_machine(text: str) -> bool:
    """Only an address of its own can be bound."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((text, 0))
        except OSError as wrong:
            if wrong.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL):
                return False
            raise
    return True


if not bare:
    print(f"nobody has said which machine is meant; this is {own}")
elif bare.lower() in {own.lower(), own.partition(".")[0].lower(), "localhost"} or (
    "." not in own and bare.lower().startswith(f"{own.lower()}.")  # no resolver is asked: it may be what is down
):
    print(f"{meant} is this machine, {own}")
elif address_of_this_machine(bare):
    print(f"{meant} is an address of this machine, {own}")
else:
    sys.exit(
        f"this is {own}, and the alert is about {meant}: nothing is changed here. "
        f"Log in there, or run it on the bot of that machine; if it is this one under another name, set machine={own}"
    )
