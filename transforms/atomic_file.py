"""Files written whole or not at all, whoever reads, writes or is killed meanwhile."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a whole file or nothing: a reader never sees a part of it.

    It is written aside, in the same folder. What a kill leaves there is written over when the file
    is written again, and who writes the same file at the same moment waits. `mode` is who may read
    it, from its first byte on, less what the process's umask takes away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with _alone_with(aside, mode) as file:
        try:
            file.truncate()
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            aside.unlink()
            raise
        aside.replace(path)


@contextmanager
def _alone_with(path: Path, mode: int) -> Iterator[BufferedWriter]:
    """The file at a path, made if need be, which no other writer has meanwhile."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(path, descriptor):  # and was not moved in while this waited
                yield file
                return


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
