"""`newretail serve`: three processes as one market, which open together and end together, however they end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psutil
import pytest

from newretail.kit.ports import free_port


@dataclass
class Market:
    process: subprocess.Popen[str]
    environment: dict[str, str]
    url: str

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def serve(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "newretail.doors.cli", "serve"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@contextlib.contextmanager
def _open(engine_url: str) -> Iterator[Market]:
    ports = {"NEWRETAIL_PORT": str(free_port()), "NEWRETAIL_PAGES_PORT": str(free_port())}
    ports["NEWRETAIL_BANK_PORT"] = str(free_port())
    environment = {**os.environ, "NEWRETAIL_DATABASE_URL": engine_url, **ports}
    process = serve(environment)
    assert process.stdout is not None
    assert "The market is open" in process.stdout.readline()
    yield Market(process, environment, f"http://127.0.0.1:{ports['NEWRETAIL_PORT']}")
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    process.stdout.close()


@pytest.fixture(scope="module")
def market(engine_url: str) -> Iterator[Market]:
    """One for all tests that leave it open, and for the one that closes it, which is the last."""
    with _open(engine_url) as made:
        yield made


@pytest.fixture
def market_to_kill(engine_url: str) -> Iterator[Market]:
    with _open(engine_url) as made:
        yield made


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=15)
    return not alive


def test_one_address_serves_pages_api_and_probes(market: Market) -> None:
    with httpx.Client(base_url=market.url, trust_env=False, timeout=30) as client:
        assert "<html" in client.get("/sign-in").text
        assert client.get("/v1/openapi.json").json()["openapi"].startswith("3.1")
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200
        assert "newretail_http_answers_total" in client.get("/metrics").text


def test_a_supervisor_that_is_killed_leaves_nobody_behind(market_to_kill: Market) -> None:
    children = market_to_kill.children()
    assert {"orders", "pages", "worker"} <= {child.cmdline()[-1] for child in children}
    market_to_kill.process.kill()
    market_to_kill.process.wait()
    assert gone(children)


def test_a_process_that_dies_is_started_again(market: Market) -> None:
    door = next(child for child in market.children() if child.cmdline()[-1] == "orders")
    door.kill()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{market.url}/readyz", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the door did not come back")


def test_a_second_market_on_the_same_port_says_so_and_leaves_the_first_alone(market: Market) -> None:
    second = serve(market.environment)
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "is taken" in said
    assert "NEWRETAIL_PORT" in said
    assert httpx.get(f"{market.url}/readyz", trust_env=False).status_code == 200


def test_ctrl_c_closes_all_of_it_and_is_no_error(market: Market) -> None:
    children = market.children()
    market.process.send_signal(signal.SIGINT)
    assert market.process.wait(30) == 0
    assert gone(children)
