"""360dialog's column of the comparison page, its ways in, and what it can carry."""

from safarichat.providers.cloud_api.previews import MEDIA
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Facts, Field, Way

FACTS = Facts(
    name="360dialog",
    label="360dialog",
    badge=N_("Recommended for small and medium businesses"),
    summary=N_("A WhatsApp partner that hosts Meta's Cloud API for you."),
    best_for=N_("Small and medium businesses that want one contract and support, and no Meta app to care for."),
    you_need=(
        N_("A 360dialog account; its sign-up is part of connecting"),
        N_("A Facebook login that may manage your business"),
        N_("A phone number that can receive an SMS or a call"),
    ),
    who_bills=N_("360dialog bills a monthly fee for each number and Meta's prices for messages."),
    time=N_("About ten minutes; Meta's review of a new business may take a day."),
    limits=N_("80 messages a second for a number; 250 new people a day at first."),
    works_with_phone_app=N_("Yes, where 360dialog offers it."),
    coexistence=N_("Yes, where 360dialog offers it."),
    pros=(
        N_("Help from people when something goes wrong"),
        N_("No Meta app and no app review of your own"),
        N_("Same kinds of messages as Meta itself"),
    ),
    cons=(N_("A monthly fee for each number"), N_("New features of Meta can arrive later")),
    abilities_told=(
        N_("Every kind of message that Meta has"),
        N_("Read receipts and typing"),
        N_("The number is registered for you: no PIN to keep"),
    ),
    docs_url="https://docs.360dialog.com",
    suits=("support", "phone_app", "nothing_yet", "every_kind"),
    is_available=True,
)

BY_360DIALOG = N_("360dialog registers and verifies the number itself: ask its support.")

ABILITIES = Abilities(
    kinds=MEDIA | {"text", "template", "location", "contacts", "interactive", "reaction"},
    refused={"pin": N_("A message can be pinned in groups only.")},
    speaks_cloud_api=True,
    lacks={
        "request_code": BY_360DIALOG,
        "verify_code": BY_360DIALOG,
        "register": BY_360DIALOG,
        "deregister": BY_360DIALOG,
        "set_pin": BY_360DIALOG,
        "rename": N_("The name is changed in 360dialog's hub."),
        "write_photo": N_("The photo is changed in 360dialog's hub."),
        "hand_sample": N_("Examples of templates with a file are given in 360dialog's hub."),
        "refresh": N_("A key of 360dialog does not end by itself."),
        "subscribe": N_("360dialog subscribes to the account's events itself."),
        "register_hooks": N_("360dialog's own app delivers; there is none of yours to register."),
    },
    profile_fields=("about", "address", "description", "email", "vertical", "websites"),
    can_mark_read=True,
    can_show_typing=True,
    fetches_media_by_id=True,
    media_misses=(20, 3600),
    throughput_mps=80,
    pair_interval_s=6.0,
    ways=(
        Way(
            mode="signup",
            label=N_("Sign up with 360dialog"),
            summary=N_("360dialog's pages open; you choose or add your number there and allow us to use it."),
            flow="redirect",
            has_own_hooks=True,
        ),
        Way(
            mode="keys",
            label=N_("Paste an API key"),
            summary=N_("You are a client of 360dialog already and have the number's D360-API-KEY."),
            flow="form",
            you_need=(N_("The number's API key, from 360dialog's hub"),),
            fields=(
                Field(
                    name="access_token",
                    label=N_("API key"),
                    help=N_("In 360dialog's hub, at your number: “Generate API key”. It is shown there once."),
                    is_secret=True,
                    pattern=r"[\x21-\x7e]{10,300}",
                ),
            ),
            has_own_hooks=True,
        ),
        Way(
            mode="hosted",
            label=N_("Sign in with Facebook"),
            summary=N_("A window of Meta opens; 360dialog carries the number behind it."),
            flow="sdk",
            has_own_hooks=True,
        ),
    ),
)
