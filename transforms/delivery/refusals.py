"""Why something is not sent: one practice's statement, or one of its recipients."""


class Refusal(Exception):
    """Stops one statement's messages, or one recipient's, and no other's.

    Its text is for a person to act on; it goes into the audit, so it holds no secret.
    """
