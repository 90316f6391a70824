"""Contacts that turn out to be one person, and a person who says that they are two after all."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from safarichat.accounts.models import Account
from safarichat.contacts.models import ConsentEvent, Contact, ContactIdentity, ContactMerge
from safarichat.ground.tenancy import acting_for
from safarichat.messaging.merging import join
from safarichat.messaging.models import Conversation, Message
from safarichat.messaging.parting import undo
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.fixtures import make_number
from tests.inbox.payloads import ANN, AT, echo, inbound, number_changed, status, take

pytestmark = pytest.mark.django_db
NEW = "14155550199"


def threads() -> dict[str, list[str]]:
    """What was said with whom: by the phone number that is dialled, else the id."""
    found: dict[str, list[str]] = {}
    for one in Message.objects.exclude(kind="system").order_by("at").select_related("conversation__contact"):
        contact = one.conversation.contact
        found.setdefault(contact.phone or contact.user_id, []).append(one.text)
    return found


def rows() -> list[object]:
    """All of it but the note that a number has changed, which stays."""
    contacts = Contact.objects.order_by("id").values_list("id", "name", "profile_name", "username", "phone", "user_id")
    identities = ContactIdentity.objects.order_by("kind", "value").values_list("contact_id", "kind", "value")
    conversations = Conversation.objects.order_by("id").values_list(
        "id", "contact_id", "unread_count", "window_closes_at", "last_inbound_id"
    )
    messages = Message.objects.exclude(kind="system").order_by("id").values_list("id", "conversation_id", "text")
    return [list(contacts), list(identities), list(conversations), list(messages)]


def two_people_become_one(number: OfficialWhatsappCredential) -> ContactMerge:
    take(inbound("wamid.1", "I am Ann", at=AT), inbound("wamid.2", "I am Bob", wa_id=NEW, name="Bob", at=AT + 1))
    take(number_changed("wamid.S", ANN, NEW, at=AT + 10))
    return ContactMerge.objects.get()


def part(merge: ContactMerge) -> int | None:
    owner = merge.account.memberships.get().user_id
    with acting_for(merge.account_id):
        return undo(merge.account_id, merge.pk, by=owner, now=datetime.now(UTC))


def test_undoing_a_merge_restores_everything_that_was_before(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "I am Ann", at=AT), inbound("wamid.2", "I am Bob", wa_id=NEW, name="Bob", at=AT + 1))
    before = rows()
    merge = two_people_become_one(number)
    assert threads() == {NEW: ["I am Ann", "I am Bob"]}
    assert part(merge) == merge.source_id
    assert rows() == before
    assert Conversation.objects.get(contact_id=merge.source_id).last_text == "I am Bob"


def test_a_conversation_that_only_changed_hands_changes_back(number: OfficialWhatsappCredential) -> None:
    other = make_number(number.account, phone_number_id="300000000000777", phone_number="254700000777")
    take(inbound("wamid.1", "Ann here", at=AT))
    take(inbound("wamid.2", "Bob there", wa_id=NEW, at=AT + 1, number="300000000000777"))
    before = rows()
    take(number_changed("wamid.S", ANN, NEW, at=AT + 10))
    assert Conversation.objects.filter(credential=other).get().contact.phone == NEW
    part(ContactMerge.objects.get())
    assert rows() == before


def test_what_came_since_goes_to_who_wrote_it(number: OfficialWhatsappCredential) -> None:
    merge = two_people_become_one(number)
    take(inbound("wamid.3", "Ann again", at=AT + 20), inbound("wamid.4", "Bob again", wa_id=NEW, at=AT + 30))
    take(echo("wamid.W", "Hello you", to=NEW, at=AT + 40))
    part(merge)
    assert threads() == {ANN: ["I am Ann", "Ann again", "Hello you"], NEW: ["I am Bob", "Bob again"]}
    ann, bob = Conversation.objects.order_by("contact_id")
    assert (ann.last_text, bob.last_text) == ("Hello you", "Bob again")
    assert bob.window_closes_at is not None
    assert int(bob.window_closes_at.timestamp()) == AT + 30 + 86400
    assert bob.last_inbound_id == Message.objects.get(provider_message_id="wamid.4").pk


def wants_marketing() -> dict[str, bool]:
    """By phone; who has said nothing is missing."""
    newest = ConsentEvent.objects.order_by("contact_id", "-happened_at", "is_granted").distinct("contact_id")
    return {one.contact.phone: one.is_granted for one in newest.select_related("contact")}


def test_what_each_said_about_advertisements_is_their_own_again(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.8", "Hello", at=AT), inbound("wamid.9", "STOP", wa_id=NEW, at=AT))
    merge = two_people_become_one(number)
    assert wants_marketing() == {NEW: False}
    assert part(merge) is not None
    assert wants_marketing() == {NEW: False}
    assert ConsentEvent.objects.get().contact_id == merge.source_id


def test_a_stop_while_two_were_one_holds_for_both(number: OfficialWhatsappCredential) -> None:
    merge = two_people_become_one(number)
    take(inbound("wamid.3", "STOP", at=AT + 20))
    assert part(merge) is not None
    assert wants_marketing() == {ANN: False, NEW: False}


def test_two_who_were_parted_stay_apart_whatever_an_event_says(number: OfficialWhatsappCredential) -> None:
    take(inbound("wamid.1", "by phone", at=AT))
    take(inbound("wamid.2", "by id", wa_id="", user_id="US.9", name="Zed", at=AT + 1))
    take(inbound("wamid.3", "both", user_id="US.9", at=AT + 2))
    part(ContactMerge.objects.get())
    take(inbound("wamid.4", "both again", user_id="US.9", at=AT + 3))
    take(inbound("wamid.5", "by phone again", at=AT + 4), inbound("wamid.6", "all", user_id="US.9", at=AT + 5))
    take(status("wamid.X", "read", at=AT + 6, user_id="US.9"))
    assert Contact.objects.count() == 2
    assert threads() == {ANN: ["by phone", "by phone again"], "US.9": ["by id", "both", "both again", "all"]}


def test_a_person_may_join_them_again(number: OfficialWhatsappCredential) -> None:
    merge = two_people_become_one(number)
    part(merge)
    with acting_for(number.account_id):
        assert join(number.account_id, merge.pk) == merge.contact_id
    assert Contact.objects.count() == 1
    assert list(threads().values()) == [["I am Ann", "I am Bob"]]
    assert ContactMerge.objects.get().undone_at is None
    take(inbound("wamid.9", "Me", wa_id=NEW, at=AT + 60))
    assert Contact.objects.count() == 1


def test_merges_of_one_contact_are_undone_newest_first_and_chains_come_apart_link_by_link(
    number: OfficialWhatsappCredential,
) -> None:
    third = "14155550300"
    for index, phone in enumerate((ANN, NEW, third)):
        take(inbound(f"wamid.{index}", f"I am {phone}", wa_id=phone, at=AT + index))
    before = rows()
    take(number_changed("wamid.S1", NEW, third, at=AT + 10))
    first = ContactMerge.objects.get()
    between = rows()
    take(number_changed("wamid.S2", ANN, third, at=AT + 20))
    first.refresh_from_db()
    assert first.contact_id == Contact.objects.get().pk, "it went along"
    assert part(first) is None, "the newer one comes first"
    part(ContactMerge.objects.order_by("-id")[0])
    assert rows() == between
    first.refresh_from_db()
    part(first)
    assert rows() == before


def test_a_strangers_merge_is_not_found(number: OfficialWhatsappCredential, other_account: Account) -> None:
    merge = two_people_become_one(number)
    owner = other_account.memberships.get().user_id
    with acting_for(other_account.pk):
        assert undo(other_account.pk, merge.pk, by=owner, now=datetime.now(UTC)) is None
        assert undo(number.account_id, merge.pk, by=owner, now=datetime.now(UTC)) is None
    part(merge)
    with acting_for(other_account.pk):
        assert join(other_account.pk, merge.pk) is None
        assert join(number.account_id, merge.pk) is None
    assert Contact.objects.count() == 2


def test_a_merge_is_undone_once(number: OfficialWhatsappCredential) -> None:
    merge = two_people_become_one(number)
    assert part(merge) is not None
    assert part(merge) is None
    assert Contact.objects.count() == 2


def test_the_contacts_page_undoes_and_joins_again(client_in: Client, number: OfficialWhatsappCredential) -> None:
    merge = two_people_become_one(number)
    told = client_in.get(f"/contacts/{merge.contact_id}").content.decode()
    assert "These are two people" in told
    answer = client_in.post(f"/contacts/merges/{merge.pk}/undo", follow=True)
    assert "Bob" in answer.content.decode()
    assert Contact.objects.count() == 2
    told = client_in.get(f"/contacts/{merge.source_id}").content.decode()
    assert "They are one person" in told
    client_in.post(f"/contacts/merges/{merge.pk}/join")
    assert Contact.objects.count() == 1
