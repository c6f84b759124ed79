"""What goes wrong in a user's hands: one sentence that says what, where and how to mend it."""


class PbcError(Exception):
    """An error a user can act on. It is printed as its text alone, never as a stack trace.

    `exit_code` is what the command line ends with: 1 for a control or gate that failed, 2 for
    wrong usage or a refused file.
    """

    exit_code = 2


class UsageError(PbcError):
    """The command, its arguments, the site's configuration or a reference file is wrong."""


class RefusedFile(PbcError):
    """A feed file that is not loaded at all.

    `rule` is the refusal's code (F01 to F06), `line` the line of the file it was seen at, or None
    where the fault is the whole file's, `mend` what the sender is to do.
    """

    def __init__(self, rule: str, message: str, *, mend: str, line: int | None = None) -> None:
        self.rule = rule
        self.line = line
        self.mend = mend
        place = "" if line is None else f"line {line}: "
        super().__init__(f"{rule} {place}{message} {mend}")


class ControlFailure(PbcError):
    """A control total does not tie, a gate failed, or the state of the books forbids the step."""

    exit_code = 1
