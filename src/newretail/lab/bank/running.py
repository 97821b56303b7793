"""A local bank in a process of its own, for tests, benches and rehearsals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from newretail.kit.ports import free_port
from newretail.kit.signing import derived_secret
from newretail.lab.bank.faults import NONE, Faults
from newretail.pay.providers.demo_bank import DemoBank
from newretail.pay.providers.registry import DEMO_BANK

START_SECONDS = 60


@dataclass
class RunningBank:
    """Start it, ask it, stop it. `notify` is where its webhooks go, to which it adds the name of the wire."""

    state: Path
    notify: str
    faults: Faults = NONE
    seed: int = 1
    auto: bool = False
    more: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    _adapters: list[DemoBank] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def adapter(self, timeout_seconds: float = 5.0) -> DemoBank:
        self._adapters.append(DemoBank(self.url, derived_secret(DEMO_BANK), timeout_seconds))
        return self._adapters[-1]

    def start(self) -> RunningBank:
        options = ["--port", str(self.port), "--state", str(self.state), "--notify", self.notify]
        options += ["--seed", str(self.seed), "--faults", json.dumps(asdict(self.faults))]
        command = [sys.executable, "-m", "newretail.lab.bank", *options, *(["--auto"] if self.auto else []), *self.more]
        self.process = subprocess.Popen(command, env=os.environ)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=1, trust_env=False).status_code == 200:
                    return self
            except httpx.HTTPError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The bank did not open on port {self.port}.")

    def stop(self) -> None:
        """Close the adapters too."""
        while self._adapters:
            self._adapters.pop().close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
