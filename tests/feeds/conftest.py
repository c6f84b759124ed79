"""The same small site that landing is tested on."""

from tests.land.conftest import ask, site

__all__ = ["ask", "site"]
