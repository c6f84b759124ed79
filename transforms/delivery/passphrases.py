"""Which passphrases will do: long enough, of its own practice alone, and fit to be typed.

A passphrase that will not do stops its practice's messages and no other's.
"""

from collections.abc import Mapping

from transforms.delivery.refusals import Refusal

SHORTEST = 12
LONGEST = 255
"""What Excel takes."""
FEWEST_CHARACTERS = 5
"""Different ones."""


def passphrase_of(practice: str, passphrases: Mapping[str, str]) -> str:
    """The passphrase of a practice.

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
    fault = _weakness(practice, phrase)
    if fault:
        raise Refusal(f"The passphrase of {practice} {fault}. Agree a better one.")
    return phrase


def _alike(phrase: str) -> str:
    return phrase.strip().casefold()


def _weakness(practice: str, phrase: str) -> str | None:
    if len(phrase) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(phrase) > LONGEST:
        return f"has more than {LONGEST} characters, which Excel does not take"
    if not phrase.isprintable() or phrase != phrase.strip():
        return "begins or ends with a space, or holds a character that nobody can type"
    if len(set(phrase.casefold())) < FEWEST_CHARACTERS:
        return f"has fewer than {FEWEST_CHARACTERS} different characters"
    if practice.casefold() in phrase.casefold():
        return "holds the practice's own code"
    return None
