"""An access token for XOAUTH2: from the secrets, or fetched by client credentials (RFC 6749, 4.4).

Microsoft's directory, which serves NHSmail, gives an application account a token for an hour.
"""

import json
import urllib.error
import urllib.parse
import urllib.request

from transforms.delivery.secret_store import Secrets
from transforms.delivery.smtp import Unreachable, trust
from transforms.errors import UsageError
from transforms.site import SmtpSettings

_MOST_BYTES = 100_000


def access_token(settings: SmtpSettings, secrets: Secrets) -> str:
    """The token. Raises UsageError where nothing gives one, Unreachable where it is refused."""
    if settings.token_url is None:
        if not secrets.access_token:
            raise UsageError(
                "The secrets hold no smtp.access_token, and delivery.smtp.token_url is not set: "
                "XOAUTH2 needs one of the two."
            )
        return secrets.access_token
    if urllib.parse.urlsplit(settings.token_url).scheme != "https":
        raise UsageError("delivery.smtp.token_url must begin with https://.")
    if not (secrets.client_secret and settings.client_id):
        raise UsageError(
            "delivery.smtp.token_url is set: it needs delivery.smtp.client_id in site.toml and "
            "smtp.client_secret among the secrets."
        )
    return _fetch(settings, settings.token_url, secrets.client_secret)


def _fetch(settings: SmtpSettings, address: str, client_secret: str) -> str:
    host = urllib.parse.urlsplit(address).hostname
    body = urllib.parse.urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": client_secret,
            "scope": settings.scope,
        }
    ).encode()
    # Nothing but https, and no way through a redirection: the secret goes to this address alone.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPSHandler(context=trust(settings)),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(address, data=body, method="POST")  # noqa: S310
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    try:
        with opener.open(request, timeout=settings.timeout_seconds) as answer:
            token = json.loads(answer.read(_MOST_BYTES)).get("access_token")
    except urllib.error.HTTPError as error:
        raise Unreachable(
            f"{host} does not give delivery.smtp.client_id a token (status {error.code}). Nothing "
            "was sent."
        ) from None
    except (OSError, ValueError, AttributeError) as error:
        raise Unreachable(
            f"{host} gave no token ({type(error).__name__}). Nothing was sent."
        ) from None
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise Unreachable(f"{host} answered without a token. Nothing was sent.")
    return token
