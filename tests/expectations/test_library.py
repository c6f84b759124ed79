"""Great Expectations is loaded without what no suite needs, and nobody has to do without that."""

import subprocess
import sys

LOADED = """
import gc, sys
from expectations import library
library.load()
import great_expectations
assert gc.isenabled()
assert not {"altair", "scipy.stats"} & set(sys.modules), "loaded, or a stand-in left behind"
"""
# The expectation that asks for both, by the names it knows them by.
ASKED_FOR = """
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as asks
assert asks.stats.norm.cdf(0) == 0.5
assert asks.alt.Chart is sys.modules["altair"].Chart
import altair, scipy.stats
assert altair is sys.modules["altair"] and scipy.stats is sys.modules["scipy.stats"]
assert altair is not asks.alt and scipy.stats is not asks.stats
"""
THERE_BEFORE = """
import sys
import scipy.stats
before = sys.modules["scipy.stats"]
from expectations import library
library.load()
assert sys.modules["scipy.stats"] is before
"""


def run(program: str) -> None:
    """In a process of its own: what is loaded is loaded for good."""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_what_no_suite_needs_is_not_loaded() -> None:
    run(LOADED)


def test_what_was_put_off_is_loaded_when_it_is_asked_for() -> None:
    run(LOADED + ASKED_FOR)


def test_what_is_there_already_is_left() -> None:
    run(THERE_BEFORE)
