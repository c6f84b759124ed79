"""Files written whole or not at all: after a kill, beside another writer, with the disk full."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from transforms.atomic_file import write_atomically

ROOT = Path(__file__).resolve().parents[1]

# A writer killed when all is written and nothing moved in.
KILLED = """
import os, pathlib, signal, sys
from transforms.atomic_file import write_atomically
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(pathlib.Path(sys.argv[1]), b"a longer content, of which nothing may stay")
"""


def test_what_a_kill_leaves_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    write_atomically(path, b"before")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"before"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".control.json.part", path.name]

    write_atomically(path, b"after")
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_changes_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    path = tmp_path / "control.json"
    write_atomically(path, b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        write_atomically(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_of_the_same_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "documents.json"
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]
    failures: list[BaseException] = []

    def write_often(content: bytes) -> None:
        try:
            for _ in range(25):
                write_atomically(path, content)
                assert path.read_bytes() in contents
        except BaseException as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write_often, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert list(path.parent.iterdir()) == [path]


def test_a_secret_is_never_readable_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sealed.xlsx"
    modes = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
    )
    write_atomically(path, b"secret", mode=0o600)
    assert modes == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
