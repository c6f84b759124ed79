"""Great Expectations itself, loaded once in a process, without what no suite needs of it."""

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

# What it draws charts and tests distributions with, in expectations that no suite has. Loading
# these is a third of loading it.
_NOT_NEEDED = ("altair", "scipy.stats")


def load() -> None:
    """Load Great Expectations, unless it is loaded.

    It makes hundreds of thousands of objects, none of them garbage: the garbage collector, which
    would go through them again and again, waits, and leaves them alone afterwards, too.
    """
    if "great_expectations" in sys.modules:
        return
    collects = gc.isenabled()
    gc.disable()
    try:
        with _put_off(_NOT_NEEDED):
            importlib.import_module("great_expectations")
        gc.freeze()
    finally:
        if collects:
            gc.enable()


@contextlib.contextmanager
def _put_off(names: tuple[str, ...]) -> Iterator[None]:
    """Whoever imports one of these modules inside gets a stand-in for it."""
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for stand_in in stand_ins.values():
            stand_in.leave()


class _StandIn(ModuleType):
    """A module that is loaded when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        self.leave()
        return getattr(importlib.import_module(self.__name__), name)

    def leave(self) -> None:
        """Let the next who imports the module have the module."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
