"""Meta's column of the comparison page, and what it can carry."""

from safarichat.providers.cloud_api.previews import MEDIA
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Facts, Field, Way

FACTS = Facts(
    name="meta",
    label="Meta",
    summary=N_("Straight to Meta's own Cloud API, with nobody in between."),
    best_for=N_("Businesses that want the lowest cost and every new feature first."),
    you_need=(
        N_("A Facebook login that may manage your business"),
        N_("A phone number that can receive an SMS or a call"),
        N_("A payment method at Meta for messages that cost something"),
    ),
    who_bills=N_("Meta bills you directly, per message, without a surcharge."),
    time=N_("About five minutes; Meta's review of a new business may take a day."),
    limits=N_("80 messages a second for a number, up to 1,000 later; 250 new people a day at first."),
    works_with_phone_app=N_("Yes: the number can stay in the WhatsApp Business app, at 20 messages a second."),
    pros=(
        N_("No fee besides Meta's own prices"),
        N_("New features arrive here first"),
        N_("Read receipts, typing and every kind of message"),
    ),
    cons=(
        N_("Support comes from Meta's help centre only"),
        N_("Whoever runs this installation needs a reviewed Meta app"),
    ),
    docs_url="https://developers.facebook.com/docs/whatsapp/cloud-api",
    suits=("price", "phone_app", "own_app", "every_kind"),
    is_available=True,
)

ABILITIES = Abilities(
    kinds=MEDIA | {"text", "template", "location", "contacts", "interactive", "reaction"},
    refused={"pin": N_("A message can be pinned in groups only.")},
    lacks={"new_key": N_("Meta knows no such key: “Sign in again” makes a new sign-in.")},
    profile_fields=("about", "address", "description", "email", "vertical", "websites"),
    can_add_number=True,
    speaks_cloud_api=True,
    can_register=True,
    can_mark_read=True,
    can_show_typing=True,
    fetches_media_by_id=True,
    throughput_mps=80,
    pair_interval_s=6.0,
    ways=(
        Way(
            mode="signup",
            label=N_("Sign in with Facebook"),
            summary=N_("A window of Meta opens; you choose your business and number there."),
            flow="sdk",
        ),
        Way(
            mode="coexistence",
            label=N_("Keep the WhatsApp Business app"),
            summary=N_("The number stays on your phone and is used here as well."),
            flow="sdk",
        ),
        Way(
            mode="keys",
            label=N_("Your own Meta app"),
            summary=N_("You have a Meta app and a system user; no operator and no app review is needed."),
            flow="form",
            you_need=(
                N_("A Meta app of your own with the product WhatsApp"),
                N_("A system user's token with both WhatsApp permissions"),
            ),
            fields=(
                Field(
                    name="app_id",
                    label=N_("App id"),
                    help=N_("developers.facebook.com, your app: App settings, Basic."),
                    pattern=r"[0-9]{5,25}",
                ),
                Field(
                    name="app_secret",
                    label=N_("App secret"),
                    help=N_("On the same page: “Show”. It proves that webhooks come from Meta."),
                    is_secret=True,
                    pattern=r"[\x21-\x7e]{8,200}",
                ),
                Field(
                    name="access_token",
                    label=N_("System user's token"),
                    help=N_(
                        "business.facebook.com, Settings, System users: “Generate token” for this app. Meta shows it "
                        "once."
                    ),
                    is_secret=True,
                    pattern=r"[\x21-\x7e]{20,1000}",
                ),
                Field(
                    name="waba_id",
                    label=N_("WhatsApp Business account's id"),
                    help=N_("Only if the token may use several accounts, or is said to name none."),
                    is_required=False,
                    pattern=r"[0-9]{5,25}",
                ),
            ),
            has_own_hooks=True,
        ),
    ),
)
