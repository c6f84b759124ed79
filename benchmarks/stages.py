"""What each stage of a benchmark program took, told by the program itself when it ends.

Every program that is measured runs in a process of its own and writes its stages down as JSON. Peak
memory is the process's own high-water mark, begun anew with each stage: what `getrusage` says of a
child would count its parent's memory too, as it was when the child was started.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_IO = Path("/proc/self/io")
_BEGIN_ANEW = "5"  # clear_refs: the high-water mark of resident memory, Documentation/filesystems
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Stage:
    """Seconds of the clock and of the processor; bytes of memory, written, and spilled at most."""

    name: str
    seconds: float
    processor: float
    peak_memory: int
    written: int
    spilled: int


class Stages:
    """The stages of this process, in order. `spill` is the folder that DuckDB overflows into."""

    def __init__(self, spill: Path | None = None) -> None:
        self.done: list[Stage] = []
        self._spill = spill

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        with suppress(OSError):
            _CLEAR.write_text(_BEGIN_ANEW, encoding="ascii")
        wall, processor, written = time.perf_counter(), time.process_time(), _written()
        with _watching(self._spill) as watch:
            yield
        self.done.append(
            Stage(
                name,
                time.perf_counter() - wall,
                time.process_time() - processor,
                _peak_memory(),
                _written() - written,
                watch.most,
            )
        )

    def write(self, out: Path, **more: Any) -> None:
        """Write the stages down, and whatever else is to be told."""
        told = {"stages": [asdict(stage) for stage in self.done], **more}
        out.write_text(json.dumps(told), encoding="utf-8")


class _Watch:
    """The largest size that a folder was seen to have, looked at now and then."""

    def __init__(self, folder: Path | None) -> None:
        self.most = 0
        self._folder = folder
        self._over = threading.Event()

    def look(self) -> None:
        while self._folder is not None and not self._over.wait(_LOOK_SECONDS):
            self.most = max(self.most, size_of(self._folder))

    def end(self) -> None:
        self._over.set()


@contextmanager
def _watching(folder: Path | None) -> Iterator[_Watch]:
    watch = _Watch(folder)
    thread = threading.Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def size_of(path: Path) -> int:
    """The bytes of a file, or of all files of a folder; of what is gone meanwhile, none."""
    total = 0
    for each in path.rglob("*") if path.is_dir() else [path]:
        with suppress(OSError):
            total += each.stat().st_size if each.is_file() else 0
    return total


def _peak_memory() -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _written() -> int:
    """Bytes that this process has handed to the operating system to write."""
    with suppress(OSError):
        for line in _IO.read_text(encoding="ascii").splitlines():
            if line.startswith("wchar:"):
                return int(line.split()[1])
    return 0
