"""Who is who, whatever names events use for people."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from safarichat.accounts.models import Account
from safarichat.contacts.joining import forget
from safarichat.contacts.models import Contact, ContactIdentity
from safarichat.contacts.people import Nameless, Naming, find_or_make, resolve_all
from safarichat.ground.tenancy import acting_for
from safarichat.providers.shapes import Person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, tzinfo=UTC)


def resolve(account_id: int, persons: Sequence[Person]) -> list[int]:
    """As who queues a message does it."""
    with transaction.atomic():
        return find_or_make([Naming(account_id, (person,)) for person in persons])


def test_a_dialled_number_and_its_wa_id_are_one_contact(account: Account) -> None:
    first, second = resolve(account.pk, [Person(wa_id="5511988887777"), Person(wa_id="551188887777")])
    assert first == second
    assert Contact.objects.get().phone in ("5511988887777", "551188887777")


def test_accounts_never_share_contacts(account: Account, other_account: Account) -> None:
    found = resolve_all([Naming(one.pk, (Person(wa_id="254711"),)) for one in (account, other_account)])
    assert len(set(found.contact_ids)) == 2


def test_a_person_without_a_phone_number_is_known_by_their_id(account: Account) -> None:
    one, same = resolve(account.pk, [Person(user_id="US.1"), Person(user_id="US.1")])
    assert one == same
    assert str(Contact.objects.get()) == "US.1"
    found = resolve_all([Naming(account.pk, (Person(user_id="US.1", name="Ann"),), AT)])
    assert found.contact_ids == [one]
    assert str(Contact.objects.get()) == "Ann"


def test_an_event_that_names_both_ids_joins_two_contacts(account: Account) -> None:
    by_phone, by_id = resolve(account.pk, [Person(wa_id="254711"), Person(user_id="US.1")])
    assert by_phone != by_id
    found = resolve_all([Naming(account.pk, (Person(wa_id="254711", user_id="US.1"),), AT)])
    assert found.contact_ids == [min(by_phone, by_id)]
    assert [merge.source for merge in found.merges] == [max(by_phone, by_id)]
    assert set(ContactIdentity.objects.values_list("contact_id", flat=True)) == {min(by_phone, by_id)}


def test_looking_somebody_up_joins_nobody(account: Account) -> None:
    resolve(account.pk, [Person(wa_id="254711"), Person(user_id="US.1")])
    resolve(account.pk, [Person(wa_id="254711", user_id="US.1")])
    assert Contact.objects.count() == ContactIdentity.objects.count() == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 0, 2, 1)])
def test_the_newest_name_wins_whatever_comes_last(account: Account, order: tuple[int, ...]) -> None:
    names = ["Ann", "Ann L.", "Ann Lee"]
    for index in order:
        person = Person(wa_id="254711", name=names[index], username=f"ann{index}")
        resolve_all([Naming(account.pk, (person,), AT + timedelta(minutes=index))])
    contact = Contact.objects.get()
    assert (contact.profile_name, contact.username) == ("Ann Lee", "ann2")


def test_somebody_without_any_id_is_an_error(account: Account) -> None:
    with pytest.raises(Nameless):
        resolve(account.pk, [Person(name="Nobody")])


def test_it_works_as_the_tenant_who_sees_only_their_own(account: Account, other_account: Account) -> None:
    resolve(other_account.pk, [Person(wa_id="254711")])
    with acting_for(account.pk):
        mine = resolve(account.pk, [Person(wa_id="254711")])
        assert list(Contact.objects.values_list("id", flat=True)) == mine


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_contact_each_person(account: Account) -> None:
    people = [Person(wa_id=f"2547110{n:04}", user_id=f"US.{n}") for n in range(40)]

    def work(persons: list[Person]) -> list[int]:
        try:
            with transaction.atomic():
                return resolve_all([Naming(account.pk, (person,), AT) for person in persons]).contact_ids
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, [people, people[::-1], people[20:] + people[:20], people]))
    assert found[0] == found[1][::-1] == found[3]
    assert Contact.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_who_makes_contacts_and_who_joins_them_agree(account: Account) -> None:
    """Those who queue to a phone number and to an id, each in an order of its own, while an event names both as one."""
    phones = [Person(wa_id=f"2547110{n:04}") for n in range(40)]
    named = [Person(user_id=f"US.{n}") for n in range(40)]
    both = [Person(wa_id=one.wa_id, user_id=other.user_id) for one, other in zip(phones, named, strict=True)]

    def work(persons: list[Person]) -> None:
        try:
            with transaction.atomic():
                if persons is both:
                    resolved = resolve_all([Naming(account.pk, (person,), AT) for person in persons])
                    forget(resolved.merges)
                else:
                    find_or_make([Naming(account.pk, (person,)) for person in persons])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, [phones, named, both, phones[::-1], named[::-1], phones[20:] + named[:20]]))
    resolved = resolve_all([Naming(account.pk, (person,), AT) for person in both])
    forget(resolved.merges)
    assert Contact.objects.count() == 40
    assert ContactIdentity.objects.count() == 80
