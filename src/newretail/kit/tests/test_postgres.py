"""The embedded server of a folder: one, whoever comes first, and however many come at once."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from newretail.kit import postgres

START = """
import sys; from pathlib import Path; from newretail.kit import postgres
print(postgres.start_embedded(Path(sys.argv[1])))
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder where no server has ever been, as the accounts of servers can reach it.

    Not one of pytest's: another pytest that starts meanwhile shuts them to all others.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "postgres"
        postgres.stop_embedded(Path(folder) / "postgres")


def test_many_that_open_a_new_market_at_once_find_one_server(data: Path) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120) for process in starting]
    assert [process.returncode for process in starting] == [0, 0, 0], [error[-500:] for _, error in said]
    assert len({url for url, _ in said}) == 1
    there = postgres.postmaster_pid(data)
    assert there is not None
    assert postgres.start_embedded(data) == said[0][0].strip()
    assert postgres.postmaster_pid(data) == there
    postgres.stop_embedded(data)
    assert postgres.postmaster_pid(data) is None
