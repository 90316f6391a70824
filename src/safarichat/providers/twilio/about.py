"""Twilio's column of the comparison page, what it can carry, and the ways in."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.previews import MEDIA
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Abilities, Facts, Field, Way

FACTS = Facts(
    name="twilio",
    label="Twilio",
    summary=N_("A communications platform that carries WhatsApp beside SMS and calls."),
    best_for=N_("Businesses that use Twilio already."),
    you_need=(
        N_("A Twilio account, or one made for you by whoever runs this installation"),
        N_("A Facebook login that may manage your business"),
        N_("A phone number, your own or one bought at Twilio"),
    ),
    who_bills=N_("Twilio bills its own fee for each message, in and out, and Meta's prices on top."),
    time=N_("About ten minutes; approval of a new sender may take longer."),
    limits=N_("80 messages a second for a number; free text of at most 1,600 characters."),
    works_with_phone_app=N_("No."),
    pros=(
        N_("One bill for WhatsApp, SMS and calls"),
        N_("Numbers can be bought there"),
        N_("Support contracts for every size"),
    ),
    cons=(
        N_("A fee for each message, received ones too"),
        N_("Some kinds of messages are not carried"),
        N_("Templates are managed in Twilio's own form"),
    ),
    docs_url="https://www.twilio.com/docs/whatsapp",
    suits=("one_bill", "platform"),
    is_available=True,
    badge=N_("For enterprises"),
    coexistence=N_("A number that is in use in the WhatsApp Business app can't be connected."),
    abilities_told=(
        N_("Texts, pictures, videos, voice, documents, stickers, places, templates, buttons and lists"),
        N_("Files go by a public link"),
        N_("No reactions, no quoted replies, no contact cards"),
        N_("A message is marked as read together with the typing indicator"),
    ),
)

# --- ways in ---------------------------------------------------------------------------------------------------------

SID = r"AC[0-9a-fA-F]{32}"
KEY_SID = r"SK[0-9a-fA-F]{32}"
ANY_PHONE = r"\+?[0-9][0-9 ().-]{5,24}"
IN_CONSOLE = N_("On the first page of Twilio's console, under Account Info.")

FIELDS = (
    Field(
        name="TWILIO_ACCOUNT_SID",
        label=N_("Account SID"),
        help=IN_CONSOLE,
        placeholder="AC…",
        pattern=SID,
    ),
    Field(
        name="TWILIO_AUTH_TOKEN",
        label=N_("Auth Token"),
        help=N_("Beside the Account SID. It is needed also with an API key, since Twilio signs its webhooks with it."),
        is_secret=True,
    ),
    Field(
        name="TWILIO_API_KEY_SID",
        label=N_("API key SID"),
        help=N_("If calls should be made with an API key instead of the Auth Token."),
        placeholder="SK…",
        is_required=False,
        pattern=KEY_SID,
    ),
    Field(
        name="TWILIO_API_KEY_SECRET",
        label=N_("API key secret"),
        help=N_("Twilio shows it once, when the key is made."),
        is_secret=True,
        is_required=False,
    ),
    Field(
        name="TWILIO_AUTH_TOKEN_SECONDARY",
        label=N_("Secondary Auth Token"),
        help=N_("Only while you change tokens: until the new one is promoted, webhooks signed with either are taken."),
        is_secret=True,
        is_required=False,
    ),
    Field(
        name="sender",
        label=N_("WhatsApp number"),
        help=N_("If the account has several senders and you know which one you want."),
        placeholder="+254…",
        is_required=False,
        pattern=ANY_PHONE,
    ),
)
KEYS = Way(
    mode="keys",
    label=N_("Your own Twilio account"),
    summary=N_("You paste the account's SID and token; its WhatsApp sender is set up for you."),
    flow="form",
    you_need=(
        N_("A Twilio account that is not a trial"),
        N_("Its WhatsApp sender, made in Twilio's console"),
    ),
    fields=FIELDS,
    has_own_hooks=True,
)
SIGNUP = Way(
    mode="signup",
    label=N_("Sign in with Facebook"),
    summary=N_("A window of Meta opens; a Twilio account for your number is made by itself."),
    flow="sdk",
    you_need=(
        N_("A Facebook login that may manage your business"),
        N_("A phone number that is not in use on WhatsApp"),
    ),
    has_own_hooks=True,
)
OPERATOR = Way(
    mode="operator",
    label=N_("The installation's own number"),
    summary=N_("The WhatsApp number of the Twilio account in this installation's settings."),
    flow="form",
    has_own_hooks=True,
    is_for_staff=True,
)

# --- abilities -------------------------------------------------------------------------------------------------------

NO_QUOTE = N_("The quoted message is not shown: Twilio has no quoted replies.")
NO_PREVIEW_CHOICE = N_("Whether a link is previewed is WhatsApp's choice.")
NO_VOICE_MARK = N_("A voice message may be shown as a sound file.")
NO_FILENAME = N_("The file's name is the one in its link.")
NO_DOCUMENT_CAPTION = N_("A document's caption is not shown.")
NO_ADDRESS = N_("The place's address is not shown.")
NO_LIST_PARTS = N_("A list has no sections, header or footer.")
NO_LINK_PARTS = N_("A message with a link button has no header or footer.")
NO_PAYLOAD = N_("A form opens without the data given for its first screen.")
NO_TTL = N_("The time to live counts in Twilio's queue only.")

REFUSED: Mapping[str, str] = {
    "reaction": N_("Twilio does not carry reactions."),
    "contacts": N_("Twilio carries contact cards as files only. Send the contact as text."),
    "order_details": N_("Twilio does not carry orders."),
    "order_status": N_("Twilio does not carry orders."),
    "product": N_("Twilio carries a product only from a catalog template. Use a template."),
    "product_list": N_("Twilio carries products only from a catalog template. Use a template."),
    "catalog_message": N_("Twilio carries a catalog only as a template. Use a template."),
    "location_request_message": N_("Twilio can't ask for a place. Ask for it in a text."),
    "address_message": N_("Twilio can't ask for an address. Ask for it in a text."),
    "call_permission_request": N_("Twilio can't ask whether you may call. Ask for it in a text."),
    "voice_call": N_("Twilio has no call button for WhatsApp."),
    "carousel": N_("Twilio carries cards only as a template. Use a template."),
    "request_contact_info": N_("Twilio can't ask for a contact card. Ask for it in a text."),
    "media_id": N_("Twilio takes files by a link. Give a public https link instead of an uploaded file's id."),
    "group": N_("Twilio does not carry messages to groups."),
    "edit": N_("Twilio can't change a message that was sent."),
    "pin": N_("Twilio can't pin a message."),
}
BY_SENDER = N_("Twilio does this by itself when the sender is made.")
LACKS: Mapping[str, str] = {
    "request_code": N_("Twilio sends the code by itself when the sender is made; another one is asked for there."),
    "register": BY_SENDER,
    "deregister": N_("A sender is removed in Twilio's console."),
    "set_pin": N_("Twilio keeps the two-step PIN of its senders itself."),
    "write_photo": N_("Twilio takes the photo from a public link: set it at the sender in Twilio's console."),
    "hand_sample": N_("Templates are made in Twilio's console, their examples as well."),
    "refresh": N_("Twilio's tokens do not end by themselves."),
    "subscribe": N_("Twilio subscribes to the business account by itself."),
    "register_hooks": N_("Each sender has its own webhook address; there is none for the whole account."),
    "new_key": N_("An API key is made in Twilio's console: paste it under “Sign in again”."),
}
ABILITIES = Abilities(
    kinds=MEDIA | {"text", "location", "template", "interactive"},
    carried_without={
        "text": (NO_QUOTE, NO_PREVIEW_CHOICE),
        "image": (NO_QUOTE,),
        "video": (NO_QUOTE,),
        "audio": (NO_QUOTE, NO_VOICE_MARK),
        "document": (NO_QUOTE, NO_FILENAME, NO_DOCUMENT_CAPTION),
        "sticker": (NO_QUOTE,),
        "location": (NO_QUOTE, NO_ADDRESS),
        "interactive": (NO_QUOTE, NO_LIST_PARTS, NO_LINK_PARTS, NO_PAYLOAD),
        "template": (NO_QUOTE, NO_TTL),
    },
    refused=REFUSED,
    lacks=LACKS,
    profile_fields=("about", "address", "description", "email", "vertical", "websites"),
    can_mark_read=True,
    can_show_typing=True,
    can_list_missed=True,
    has_greeting=False,
    takes_links_only=True,
    longest_text=1600,
    throughput_mps=80,
    pair_interval_s=6.0,
    ways=(KEYS, SIGNUP, OPERATOR),
)
