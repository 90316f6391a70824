from pathlib import Path

import pytest

from safarichat.project import environment
from safarichat.project.environment import SettingsError, example, read, refuse_incomplete

COMPLETE = {
    "SAFARICHAT_BASE_URL": "https://chat.example.com",
    "SAFARICHAT_SECRET_KEY": "x" * 50,
    "SAFARICHAT_ENCRYPTION_KEYS": "a:b",
}


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    assert (Path(__file__).parent.parent.parent / ".env.example").read_text() == example()


def test_a_setting_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("META_APP_ID=from-file\nexport META_CONFIG_ID='quoted # text' # said\n# META_APP_SECRET=no\n\n")
    values = read({"META_APP_ID": "from-environment"}, file)
    assert values["META_APP_ID"] == "from-environment"
    assert values["META_CONFIG_ID"] == "quoted # text"
    assert values["META_APP_SECRET"] == ""
    assert values["META_GRAPH_VERSION"] == "v25.0"


def test_any_setting_can_be_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    assert read({"META_APP_SECRET_FILE": str(secret)})["META_APP_SECRET"] == "s3cret"


def test_a_file_that_cannot_be_read_stops_the_start_by_the_settings_name() -> None:
    with pytest.raises(SettingsError, match="META_APP_SECRET_FILE"):
        read({"META_APP_SECRET_FILE": "/nowhere/at/all"})


def test_a_name_that_begins_with_a_digit_has_a_second_name_for_shells(tmp_path: Path) -> None:
    assert read({"D360_PARTNER_ID": "p1"})["360DIALOG_PARTNER_ID"] == "p1"
    file = tmp_path / ".env"
    file.write_text("360DIALOG_SOLUTION_ID=s1\n")
    assert read({}, file)["360DIALOG_SOLUTION_ID"] == "s1"


@pytest.mark.parametrize("missing", list(COMPLETE))
def test_production_names_the_necessary_setting_that_is_missing(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing) as raised:
        refuse_incomplete(read({**COMPLETE, missing: ""}))
    assert "\n" not in str(raised.value)
    refuse_incomplete(read(COMPLETE))


def test_every_setting_that_this_version_has_is_named_once() -> None:
    names = [name for setting in environment.ALL for name in (setting.name, *setting.also)]
    assert len(names) == len(set(names))
