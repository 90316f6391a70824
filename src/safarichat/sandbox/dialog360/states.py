"""States that only a number at 360dialog can be put into."""

from collections.abc import Callable

from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.things import JSON, Channel, PhoneNumber


def put_into(channels: Channels, number: PhoneNumber, wanted: dict[str, JSON]) -> dict[str, JSON]:
    """Does what it knows and answers the rest."""
    channel = channels.world.channel_of(number)
    if channel is None:
        return wanted
    rest = dict(wanted)
    for key in [key for key in wanted if key in CHANGES]:
        CHANGES[key](channels, channel, rest.pop(key))
        channels.world.channels.put(channel)
    if "quality_rating" in rest or "messaging_limit" in rest:
        told = channels.node(channel) | {
            "current_quality_rating": rest.get("quality_rating", number.quality),
            "current_limit": rest.get("messaging_limit", number.messaging_limit),
        }
        channels.tell("phone_number_quality_changed", told)
    if rest.get("restricted"):
        told = {"phone_number": number.phone, "violation_type": str(rest["restricted"])}
        channels.tell("account_restriction", channels.node(channel) | told)
    return rest


def shown(channels: Channels, number: PhoneNumber) -> dict[str, JSON]:
    channel = channels.world.channel_of(number)
    if channel is None:
        return {}
    return {
        "channel_id": channel.id,
        "client_id": channel.client_id,
        "channel_status": channel.status,
        "permitted": channel.is_permitted,
        "webhook_url": channel.hook_url,
        "disabled": channel.is_disabled,
        "unpaid": channel.is_unpaid,
    }


def _permitted(channels: Channels, channel: Channel, value: JSON) -> None:
    channel.is_permitted = bool(value)
    event = "channel_permission_granted" if value else "channel_permission_revoked"
    channels.tell(event, channels.node(channel))


def _disabled(channels: Channels, channel: Channel, value: JSON) -> None:
    channel.is_disabled = bool(value)


def _unpaid(channels: Channels, channel: Channel, value: JSON) -> None:
    channel.is_unpaid = bool(value)
    channels.tell("template_messaging_disabled" if value else "template_messaging_enabled", channels.node(channel))


def _status(channels: Channels, channel: Channel, value: JSON) -> None:
    channel.status = str(value)
    channels.tell("channel_status_changed", channels.node(channel))


def _key_replaced(channels: Channels, channel: Channel, value: JSON) -> None:
    channels.new_key(channel)


def _webhook_url(channels: Channels, channel: Channel, value: JSON) -> None:
    channel.hook_url, channel.hook_headers = str(value or ""), {}


def _cancelled(channels: Channels, channel: Channel, value: JSON) -> None:
    channels.drop_key(channel)
    channel.status = "cancelled"
    channels.tell("cancellation_processed", channels.node(channel))


CHANGES: dict[str, Callable[[Channels, Channel, JSON], None]] = {
    "permitted": _permitted,
    "disabled": _disabled,
    "unpaid": _unpaid,
    "channel_status": _status,
    "key_replaced": _key_replaced,
    "webhook_url": _webhook_url,
    "cancelled": _cancelled,
}
