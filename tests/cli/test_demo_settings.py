"""What a demo keeps for its next start, and what it tells its processes."""

import json
import stat
from pathlib import Path

import pytest

from safarichat import providers
from safarichat.commands import demo_settings
from safarichat.commands.demo_settings import Kept
from safarichat.project import environment
from safarichat.project.environment import SettingsError


def test_a_second_start_keeps_what_the_first_made(tmp_path: Path) -> None:
    assert Kept.load(tmp_path) == Kept.load(tmp_path)
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600


def test_what_an_older_demo_had_not_made_is_made_once_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    Kept.load(tmp_path)
    old = {
        name: value for name, value in json.loads(file.read_text()).items() if not name.startswith(("d360", "twilio"))
    }
    file.write_text(json.dumps(old))
    first, second = Kept.load(tmp_path), Kept.load(tmp_path)
    assert first == second
    assert first.password == old["password"]
    assert first.twilio_account_sid.startswith("AC")
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]


def test_every_provider_can_be_used_without_a_setting_of_production(tmp_path: Path) -> None:
    ours = Kept.load(tmp_path).environment(8000, tmp_path)
    values = environment.read(ours)
    assert values["D360_HUB_API_URL"] == "http://127.0.0.1:8001/360dialog/hub-api"
    assert values["TWILIO_MESSAGING_URL"] == "http://127.0.0.1:8001/twilio/messaging"
    assert values["TWILIO_WHATSAPP_PHONE_NUMBER"].startswith("+1")
    assert values["WHATSAPP_DEFAULT_PROVIDER"] == "360dialog"
    hosts = [name for name in values if name.endswith("_URL") and name.startswith(("META_", "D360_", "TWILIO_"))]
    assert all(values[name].startswith("http://127.0.0.1:8001") for name in hosts)


def test_what_the_shell_holds_for_production_does_not_reach_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("360DIALOG_PARTNER_ID", "real")
    monkeypatch.setenv("META_SYSTEM_USER_TOKEN", "real")
    ours = Kept.load(tmp_path).environment(8000, tmp_path)
    assert "real" not in ours.values()
    assert (ours["360DIALOG_PARTNER_ID"], ours["META_SYSTEM_USER_TOKEN"]) == ("", "")


def test_connect_takes_any_spelling_once_and_refuses_what_it_does_not_know() -> None:
    assert demo_settings.providers(" Meta, facebook ,360dialog") == ["meta", "360dialog"]
    with pytest.raises(SettingsError, match="not telegram"):
        demo_settings.providers("meta,telegram")
    assert demo_settings.providers(",".join(providers.names())) == list(providers.names())
