"""360dialog's ways in as the browser goes them, and what comes back from its page."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from safarichat.providers import DEEDS, dialog360
from safarichat.providers.shapes import Hook, Platform
from tests.conformance.dialog360.connects import TENANT
from tests.conformance.dialog360.subject import DIGEST, PLATFORM, RUNNING

RETURNED = ("RETURN", {"client": "Ab12CdCL", "channels": ["Xy34ZzCH", "Qr56WwCH"], "revoked": []})


def test_the_button_leads_to_the_partners_page_and_carries_whose_sign_up_it_is() -> None:
    told = dialog360.login(PLATFORM, mode="signup", state="a&b")
    url = urlsplit(told["redirect_url"])
    assert told["flow"] == "redirect"
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://hub.360dialog.com/dashboard/app/abcdePA/permissions"
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert query == {"redirect_url": PLATFORM.redirect_url, "state": "a&b", "partner": TENANT}


def test_metas_window_is_told_the_solution() -> None:
    told = dialog360.login(PLATFORM, mode="hosted", state="s")
    assert told["flow"] == "sdk"
    assert told["sdk"]["login_options"]["extras"]["setup"] == {"solutionID": "12345678901234"}
    assert "redirect_url" not in told, "a full page would bring no ids back"
    assert dialog360.login(PLATFORM, mode="keys", state="s") == {"flow": "form"}


@pytest.mark.parametrize("mode", dialog360.abilities.modes)
def test_each_way_names_the_settings_that_it_needs_and_no_other(mode: str) -> None:
    missing = dialog360.missing_settings(Platform(settings={}), mode)
    needed = {
        "keys": [],
        "signup": ["360DIALOG_PARTNER_ID", "D360_PARTNER_API_KEY"],
        "hosted": [
            "360DIALOG_PARTNER_ID",
            "D360_PARTNER_API_KEY",
            "360DIALOG_SOLUTION_ID",
            "META_APP_ID",
            "META_CONFIG_ID",
        ],
    }
    assert missing == needed[mode]
    assert dialog360.missing_settings(PLATFORM, mode) == []


@pytest.mark.parametrize(
    "query",
    [
        "client=Ab12CdCL&channels=[Xy34ZzCH,Qr56WwCH]&state=tenant-42",
        "client=Ab12CdCL&channels=%5BXy34ZzCH%2CQr56WwCH%5D",
        "client=Ab12CdCL&channels=[%22Xy34ZzCH%22,%22Qr56WwCH%22]",
        "client=Ab12CdCL&channels=['Xy34ZzCH',+'Qr56WwCH']&revoked=[]",
        "client=Ab12CdCL&channels=Xy34ZzCH,Qr56WwCH,",
    ],
)
def test_channels_come_back_bracketed_quoted_encoded_or_bare(query: str) -> None:
    assert dialog360.returned(dict(parse_qsl(query, keep_blank_values=True))) == RETURNED


def test_withdrawn_channels_are_told_beside_the_others() -> None:
    _, data = dialog360.returned({"client": "Ab12CdCL", "channels": "[Xy34ZzCH]", "revoked": "[Qr56WwCH]"})
    assert data["revoked"] == ["Qr56WwCH"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"client": "Ab12CdCL", "channels": "[]"}, ("CANCEL", {})),
        ({"channels": "[Xy34ZzCH]"}, ("CANCEL", {})),
        ({"client": "A", "channels": "[]", "revoked": "[Xy34ZzCH]"}, ("CANCEL", {"revoked": ["Xy34ZzCH"]})),
        ({"state": "s"}, ("", {})),
        ({"code": "AQB"}, ("", {})),
    ],
)
def test_nothing_chosen_is_a_cancelled_sign_up(query: dict[str, str], expected: Any) -> None:
    assert dialog360.returned(query) == expected


@given(st.dictionaries(st.sampled_from(["client", "channels", "revoked", "state"]), st.text(max_size=3000)))
def test_whatever_comes_back_gives_bounded_words(query: dict[str, str]) -> None:
    event, data = dialog360.returned(query)
    assert event in ("", "CANCEL", "RETURN")
    for word in [data.get("client", ""), *data.get("channels", []), *data.get("revoked", [])]:
        assert len(word) <= 100
    assert len(data.get("channels", [])) <= 50


def test_what_it_can_not_do_has_its_reason() -> None:
    offered, lacked = set(dialog360.deeds), set(dialog360.abilities.lacks)
    assert offered | lacked == set(DEEDS)
    assert not offered & lacked
    for problem in dialog360.causes:
        assert problem.repair in ("", *offered), problem.key
        assert problem.message.endswith(".")
        assert problem.cure.endswith(".")


# --- who sent a webhook ----------------------------------------------------------------------------------------------


def hook(**headers: str) -> Hook:
    return Hook(
        method="POST",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        query={},
        body=RUNNING,
    )


def test_the_hubs_signature_may_name_its_algorithm_and_stand_in_capitals() -> None:
    for value in (DIGEST, f"sha256={DIGEST}", DIGEST.upper(), f" {DIGEST} "):
        assert dialog360.authentic(hook(x_360dialog_signature=value), PLATFORM.settings)
    for value in ("", "sha256=", "sha1=" + DIGEST):
        assert not dialog360.authentic(hook(x_360dialog_signature=value), PLATFORM.settings)


def test_without_a_platform_secret_the_secret_address_is_the_proof_and_a_stranger_to_us_has_none() -> None:
    settings = {**PLATFORM.settings, "D360_PLATFORM_SECRET": ""}
    assert dialog360.authentic(hook(), settings)
    assert not dialog360.authentic(hook(), {**settings, "D360_PARTNER_API_KEY": ""})


def test_a_numbers_own_word_is_needed_whatever_else_is_signed() -> None:
    secrets = {"D360_HOOK_SECRET": "w0rd", "D360_PLATFORM_SECRET": "plat_secret_1"}
    assert dialog360.authentic(hook(authorization="Bearer w0rd"), secrets)
    for wrong in ("w0rd", "bearer w0rd", "Basic w0rd", "Bearer w0rd ", ""):
        assert not dialog360.authentic(hook(authorization=wrong, x_360dialog_signature=DIGEST), secrets)


def test_each_number_has_a_connection_of_its_own() -> None:
    assert all(way.has_own_hooks for way in dialog360.abilities.ways)
    assert dialog360.greet(replace(hook(), method="GET"), PLATFORM.settings) is None
