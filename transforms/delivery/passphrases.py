"""Which passphrases will do: long, no obvious one, of its practice alone, and fit to be typed.

A passphrase that will not do stops its practice's messages and no other's.
"""

from collections.abc import Mapping
from itertools import pairwise

from transforms.delivery.refusals import Refusal

SHORTEST = 12
LONGEST = 255
"""What Excel takes."""
FEWEST_CHARACTERS = 5
"""Different ones."""

_TRIED_FIRST = ("password", "passphrase", "passwort", "letmein", "welcome", "qwerty", "123456")


def passphrase_of(practice: str, name: str, passphrases: Mapping[str, str]) -> str:
    """The passphrase of a practice, by its code; its name may not be in it either.

    Raises Refusal, which never quotes it, where there is none, it is weak, or another practice has
    the same.
    """
    phrase = passphrases.get(practice, "")
    if not phrase:
        raise Refusal(f"There is no passphrase of {practice}. Agree one with the practice.")
    others = sorted(
        code
        for code, other in passphrases.items()
        if code != practice and _alike(other) == _alike(phrase)
    )
    if others:
        raise Refusal(
            f"{practice} has the same passphrase as {', '.join(others)}, so each could open the "
            "other's file. Give every practice its own."
        )
    fault = _weakness(practice, name, phrase)
    if fault:
        raise Refusal(f"The passphrase of {practice} {fault}. Agree a better one.")
    return phrase


def _alike(phrase: str) -> str:
    return phrase.strip().casefold()


def _weakness(practice: str, name: str, phrase: str) -> str | None:
    if len(phrase) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(phrase) > LONGEST:
        return f"has more than {LONGEST} characters, which Excel does not take"
    if not phrase.isprintable() or phrase != phrase.strip():
        return "begins or ends with a space, or holds a character that nobody can type"
    plain = phrase.casefold()
    if len(set(plain)) < FEWEST_CHARACTERS:
        return f"has fewer than {FEWEST_CHARACTERS} different characters"
    if practice.casefold() in plain or (name and name.casefold() in plain):
        return "holds the practice's own code or name"
    if plain.isdigit():
        return "has digits alone"
    # Found again inside itself said twice before its end, it is a piece said over and over.
    if plain in (plain + plain)[1:-1]:
        return "is one piece over and over"
    if any(word in plain for word in _TRIED_FIRST) or _runs_on(plain):
        return "holds what guessers try first"
    return None


def _runs_on(plain: str) -> bool:
    """Whether most of it counts up or down, as abcdefgh does."""
    steps = [ord(after) - ord(before) for before, after in pairwise(plain)]
    return max(steps.count(1), steps.count(-1)) > len(steps) / 2
