"""A port for a server of our own beside others: tests, benches and rehearsals start several on one machine."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A loopback port that nobody listens on now. Somebody else may take it before you do, so do it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
