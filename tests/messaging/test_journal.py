"""What a killed process leaves behind, and what is made of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from safarichat.messaging import journal, lanes
from safarichat.messaging.journal import Journal, Remains, of_the_dead
from safarichat.messaging.models import Attempt, Lane, Message
from safarichat.messaging.sending import Departure, depart
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.messaging.ours import queued

WRITES_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from safarichat.messaging.journal import Journal
kept = Journal(Path(sys.argv[1]), "here:1:a")
for message in (1, 2, 3):
    kept.departed((message, 1))
kept.accepted((1, 1), "wamid.ONE")
kept.departed((4, 1))
kept.accepted((2, 1), "wamid.TWO")
kept.flush()
kept.ended((3, 1))
kept.accepted((4, 1), "wamid.FOUR")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(directory: Path) -> None:
    subprocess.run([sys.executable, "-c", WRITES_AND_IS_KILLED, str(directory)], check=False, env=os.environ)


def test_what_was_written_outlives_a_kill_and_is_read_once(tmp_path: Path) -> None:
    """An acceptance goes with the next line, or when asked for; the last one was not."""
    killed(tmp_path)
    with of_the_dead(tmp_path) as dead:
        assert dead["here:1:a"] == Remains(
            frozenset({(1, 1), (2, 1), (3, 1), (4, 1)}), {(1, 1): "wamid.ONE", (2, 1): "wamid.TWO"}
        )
        with of_the_dead(tmp_path) as again:
            assert again == {}
    assert list(tmp_path.iterdir()) == []


def test_a_recovery_that_fails_leaves_it_for_the_next(tmp_path: Path) -> None:
    killed(tmp_path)
    with pytest.raises(RuntimeError), of_the_dead(tmp_path):
        raise RuntimeError
    with of_the_dead(tmp_path) as dead:
        assert "here:1:a" in dead


def test_the_living_are_left_alone(tmp_path: Path) -> None:
    kept = Journal(tmp_path, "here:2:b")
    kept.departed((1, 1))
    with of_the_dead(tmp_path) as dead:
        assert dead == {}
    kept.ended((1, 1))
    kept.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_grew_begins_anew_with_what_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST", 200)
    kept = Journal(tmp_path, "here:2:b")
    kept.departed((7, 1))
    for message in range(100, 150):
        kept.departed((message, 1))
        kept.ended((message, 1))
    [file] = tmp_path.iterdir()
    assert file.stat().st_size < 300
    assert " 7 1 " in file.read_text()


def test_without_a_place_to_write_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    Journal(tmp_path / "file", "here:3:c").departed((1, 1))
    with of_the_dead(tmp_path / "file") as dead:
        assert dead == {}


@pytest.mark.django_db
def test_only_what_had_left_without_an_answer_is_unconfirmed(number: OfficialWhatsappCredential) -> None:
    stayed, left, answered = (queued(number, f"25471100000{n}") for n in range(3))
    [lane] = lanes.lease("here:1:a", 10)
    depart([Departure(lane.credential_id, lane.lease, (stayed.pk, left.pk, answered.pk))])
    remains = Remains(frozenset({(left.pk, 1), (answered.pk, 1)}), {(answered.pk, 1): "wamid.IT"})

    assert lanes.recover({"here:1:a": remains}) == 1

    assert Lane.objects.get().lease is None
    found = dict(Message.objects.values_list("id", "status"))
    assert found == {stayed.pk: "queued", left.pk: "unconfirmed", answered.pk: "accepted"}
    assert Message.objects.get(pk=answered.pk).provider_message_id == "wamid.IT"
    outcomes = dict(Attempt.objects.values_list("message_id", "outcome"))
    assert outcomes == {stayed.pk: "not_sent", left.pk: "unknown", answered.pk: "accepted"}
