"""How much the property tests do: little enough for every run, more when asked.

    PROPERTY_EFFORT=20 pytest tests/properties

multiplies the examples of each property by twenty and takes new random numbers every time. Without
it the same examples run each time, so that only a change can break a test.
"""

import os

from hypothesis import HealthCheck, Phase, settings

EFFORT = int(os.environ.get("PROPERTY_EFFORT", "0"))


def examples(count: int) -> settings:
    """Returns the settings of a property that is checked on so many examples by default.

    No deadline: an example may be a whole site. And no shrinking, which would take hours through
    the pipeline: the records and spells of an example do not touch each other's histories, so the
    first that differs is found by its name, under the seed that the test prints.
    """
    return settings(
        max_examples=count * max(1, EFFORT),
        deadline=None,
        derandomize=EFFORT == 0,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
