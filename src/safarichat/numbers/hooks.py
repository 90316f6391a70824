"""Where the operator's own app at a provider delivers its webhooks. For staff, `safarichat check` and the demo."""

from safarichat import providers
from safarichat.ground.outbound import run_talk
from safarichat.numbers.asking import within
from safarichat.numbers.platform import platform
from safarichat.providers.shapes import Health

PATIENCE_S = 25.0


def read_back(provider: str) -> Health:
    """Where they go now, compared with where they should."""
    return run_talk(providers.get(provider).hooks(platform(provider)), within(PATIENCE_S))


def register(provider: str) -> Health:
    """Make them come to us. The provider calls our public address meanwhile, so a web process must be up."""
    return run_talk(providers.get(provider).register_hooks(platform(provider)), within(PATIENCE_S))
