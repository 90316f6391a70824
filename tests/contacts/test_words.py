"""A whole message that is one of the words counts, however it is spelt; talk that holds one does not."""

import pytest

from safarichat.contacts.words import START, STOP, choice_in

STOPS = (
    "STOP, stop , Stop!, «Stop», *STOP*, stop 🛑, stop ❤️, STOP ALL, unsubscribe, ＳＴＯＰ, Opt-out, opt out,"
    "Simama, SITISHA, niondoe, Alto, Baja, dar de baja, Arrêt, ARRET, désabonner, Desabonner, Stopp, Abmelden,"
    "Parar, SAIR, cancelar inscrição, توقف, إيقاف, ايقاف, إِلغاء الاشتراك, बंद करो, रोकें, Berhenti,"
    "DURDUR, İPTAL, iptal, Çık, cık, Стоп, 退订"
)
STARTS = (
    "START, start!, Unstop, Anza, jiunge, Alta, s'abonner, Anmelden, Inscrever, ابدأ, शुरू करें, mulai, BAŞLA, abone ol"
)
TALK = (
    "please don't stop, stop by tomorrow, bus stop?, ok, yes, no, si, oui, acha, red, para, I want to start a business,"
    "when do you start, stop stop stop, ? , 1, 👍, unstoppable"
)


@pytest.mark.parametrize("text", [text.strip() for text in STOPS.split(",")])
def test_a_word_of_ending_ends(text: str) -> None:
    assert choice_in(text) is False


@pytest.mark.parametrize("text", [text.strip() for text in STARTS.split(",")])
def test_a_word_of_going_on_goes_on(text: str) -> None:
    assert choice_in(text) is True


@pytest.mark.parametrize("text", [*(text.strip() for text in TALK.split(",")), "", "stop" + " " * 50, "\x00", "\ufe0f"])
def test_talk_says_nothing_about_it(text: str) -> None:
    assert choice_in(text) is None


def test_no_word_means_both() -> None:
    assert frozenset() == STOP & START
    assert len(STOP) > 100
    assert all(STOP | START)
