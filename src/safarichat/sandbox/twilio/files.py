"""Which files WhatsApp takes from Twilio (reference §9)."""

MOST_BYTES = 16 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "audio/ogg": "audio",
    "audio/amr": "audio",
    "audio/3gpp": "audio",
    "audio/aac": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "video/mp4": "video",
    "video/3gpp": "video",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-powerpoint": "document",
    "application/vnd.ms-excel": "document",
    f"{OFFICE}wordprocessingml.document": "document",
    f"{OFFICE}presentationml.presentation": "document",
    f"{OFFICE}spreadsheetml.sheet": "document",
    "text/vcard": "document",
    "text/x-vcard": "document",
}


def kind_of_file(mime_type: str) -> str:
    """ "" for what can't be sent."""
    return KINDS.get(mime_type, "")
