"""A real door for tests: the orders' process on a free port, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from newretail.kit.ids import uuid7
from newretail.kit.ports import free_port

START_SECONDS = 30


@dataclass
class RunningDoor:
    """The orders' process; `environment` overrides its settings."""

    database_url: str
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> RunningDoor:
        environment = {
            **os.environ,
            "NEWRETAIL_DATABASE_URL": self.database_url,
            "NEWRETAIL_PORT": str(self.port),
            "NEWRETAIL_PAGES_PORT": str(free_port()),
            **self.environment,
        }
        command = [sys.executable, "-m", "newretail.doors.process", "orders"]
        self.process = subprocess.Popen(command, env=environment)
        self.wait_for("/healthz")
        return self

    def wait_for(self, path: str, status: int = 200) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url + path, trust_env=False).status_code == status:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path} never answered {status}")

    def kill(self) -> None:
        """As the out-of-memory killer does it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@dataclass
class Caller:
    """An API key at a door."""

    door: RunningDoor
    key: str
    node: str

    def client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=None)
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=self.door.url, headers=headers, limits=limits, timeout=60, trust_env=False)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return httpx.request(method, self.door.url + path, headers=headers, timeout=60, trust_env=False, **more)

    def order(self, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        return {"buyer": 7, "node": self.node, "lines": wanted, **more}

    def put(self, body: Any, order_id: UUID | str | None = None) -> httpx.Response:
        return self.call("PUT", f"/v1/orders/{order_id or uuid7()}", json=body)
