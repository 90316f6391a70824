import pytest

from safarichat.project.environment import SettingsError
from safarichat.project.proxies import behind, networks
from safarichat.project.serving import Receive, Scope, Send


async def seen(client: str, trusted: str, **headers: str) -> Scope:
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {"type": "http", "scheme": "http", "client": (client, 1234), "headers": pairs}
    await behind(app, networks(trusted.split()))(scope, _none, _none)  # type: ignore[arg-type]
    return found[0]


async def _none(*_: object) -> None: ...


async def test_a_trusted_proxy_says_who_the_client_is() -> None:
    scope = await seen("10.0.0.2", "10.0.0.0/8", x_forwarded_for="203.0.113.9", x_forwarded_proto="https")
    assert (scope["client"][0], scope["scheme"]) == ("203.0.113.9", "https")


async def test_anybody_elses_word_counts_for_nothing_and_goes_no_further() -> None:
    scope = await seen("198.51.100.7", "10.0.0.0/8", x_forwarded_for="203.0.113.9", x_forwarded_proto="https")
    assert (scope["client"][0], scope["scheme"], scope["headers"]) == ("198.51.100.7", "http", [])


async def test_what_a_client_wrote_before_the_proxy_is_not_believed() -> None:
    scope = await seen("10.0.0.2", "10.0.0.0/8", x_forwarded_for="1.2.3.4, 203.0.113.9, 10.0.0.7")
    assert scope["client"][0] == "203.0.113.9"


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::9]:4711, 10.0.0.7", "2001:db8::9"),
        ("1.2.3.4, unknown, 10.0.0.7", "10.0.0.2"),  # not what stands before the word: anybody may have written it
        ("", "10.0.0.2"),
    ],
)
async def test_a_hop_that_is_no_address_is_never_the_client(told: str, client: str) -> None:
    scope = await seen("10.0.0.2", "10.0.0.0/8", x_forwarded_for=told)
    assert scope["client"][0] == client


def test_a_wrong_network_is_refused_by_the_settings_name() -> None:
    with pytest.raises(SettingsError, match="SAFARICHAT_TRUSTED_PROXIES"):
        networks(["the proxy"])
