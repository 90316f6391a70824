"""What can be wrong with a connection on our side of it. What a provider can find is its module's `causes`."""

from django.utils.translation import gettext_noop

from safarichat import providers
from safarichat.numbers.problems import TOKEN_EXPIRES_SOON
from safarichat.providers.shapes import Problem

NOT_HTTPS = Problem(
    key="address_not_https",
    message=gettext_noop("The public address of this installation is not https: providers deliver nothing to it."),
    cure=gettext_noop("Put a proxy with a certificate in front, and set SAFARICHAT_BASE_URL to its https address."),
    fault="us",
    hurts=("receiving",),
)
UNREACHABLE = Problem(
    key="address_unreachable",
    message=gettext_noop("Nobody answers at the public address of this installation."),
    cure=gettext_noop("Check SAFARICHAT_BASE_URL, the DNS entry, the proxy and the firewall."),
    fault="us",
    hurts=("receiving", "media"),
)
SOMEBODY_ELSE = Problem(
    key="address_elsewhere",
    message=gettext_noop("The public address leads to another program than this one."),
    cure=gettext_noop("Check SAFARICHAT_BASE_URL and the proxy: /healthz must be answered by this installation."),
    fault="us",
    hurts=("receiving", "media"),
)
CERTIFICATE_BAD = Problem(
    key="certificate_bad",
    message=gettext_noop("The certificate of the public address is not accepted: providers refuse to deliver to it."),
    cure=gettext_noop("Renew the certificate, and let the proxy send the whole chain."),
    fault="us",
    hurts=("receiving", "media"),
)
CLOCK_OFF = Problem(
    key="clock_off",
    message=gettext_noop("This server's clock is wrong: sign-in codes and signed links are good for seconds only."),
    cure=gettext_noop("Let the server set its clock by NTP."),
    fault="us",
    hurts=("media",),
)
SIGNATURES_REFUSED = Problem(
    key="signatures_refused",
    message=gettext_noop("Webhooks of this provider came in the last hour whose signature did not fit."),
    cure=gettext_noop(
        "The secret in the settings is another than the provider's, or a proxy changes address or body on the way:"
        " SAFARICHAT_BASE_URL must be exactly the address that the provider calls."
    ),
    fault="us",
    hurts=("receiving",),
)
HANDSHAKE_REFUSED = Problem(
    key="handshake_refused",
    message=gettext_noop("The provider tried to verify our webhook address with another word than the one we expect."),
    cure=gettext_noop("Use the same verify token at the provider and in META_WEBHOOK_VERIFY_TOKEN."),
    fault="us",
    hurts=("receiving",),
)
NOTHING_HEARD = Problem(
    key="nothing_heard",
    message=gettext_noop("Messages went out, but not one word about them came back from the provider."),
    cure=gettext_noop("The webhook goes somewhere else: look at the other findings, or set it anew."),
    fault="us",
    hurts=("receiving",),
    repair="set_hook",
)
KEY_MISSING = Problem(
    key="key_missing",
    message=gettext_noop("The secrets of this number can't be decrypted: their encryption key is missing."),
    cure=gettext_noop("Ask whoever runs this installation to put the key back, or sign in again."),
    fault="us",
    hurts=("sending", "receiving", "templates", "media"),
)
NOT_SIGNED_IN = Problem(
    key="not_signed_in",
    message=gettext_noop("This number is not connected: there is no sign-in to work with."),
    cure=gettext_noop("Connect it."),
    fault="business",
    hurts=("sending", "templates", "media"),
)
QUEUE_STANDS = Problem(
    key="queue_stands",
    message=gettext_noop("Messages have waited for more than ten minutes to be sent."),
    cure=gettext_noop("Look at the other findings; if there is none, see whether a worker process is running."),
    fault="us",
    hurts=("sending",),
)
OURS = (
    NOT_HTTPS,
    UNREACHABLE,
    SOMEBODY_ELSE,
    CERTIFICATE_BAD,
    CLOCK_OFF,
    SIGNATURES_REFUSED,
    HANDSHAKE_REFUSED,
    NOTHING_HEARD,
    KEY_MISSING,
    NOT_SIGNED_IN,
    QUEUE_STANDS,
    TOKEN_EXPIRES_SOON,
)


def every(provider: str) -> dict[str, Problem]:
    """All that the doctor can find for a number of this provider, by key."""
    return {problem.key: problem for problem in (*providers.get(provider).causes, *OURS)}
