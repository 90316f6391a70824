"""Telephone numbers: what is dialled, what WhatsApp calls it, which country it is."""

import re

# Calling codes used by the pretend world, longest first when looked up. Not a full list: unknown ones become "ZZ".
CODES = (
    "1:US 7:RU 20:EG 27:ZA 31:NL 32:BE 33:FR 34:ES 39:IT 41:CH 43:AT 44:GB 45:DK 46:SE 47:NO 48:PL 49:DE 51:PE "
    "52:MX 54:AR 55:BR 56:CL 57:CO 60:MY 61:AU 62:ID 63:PH 64:NZ 65:SG 66:TH 81:JP 82:KR 84:VN 86:CN 90:TR "
    "91:IN 92:PK 94:LK 98:IR 212:MA 221:SN 233:GH 234:NG 237:CM 249:SD 250:RW 251:ET 254:KE 255:TZ 256:UG "
    "258:MZ 260:ZM 263:ZW 351:PT 353:IE 358:FI 380:UA 420:CZ 852:HK 880:BD 966:SA 971:AE 972:IL 977:NP "
)
COUNTRIES = dict(pair.split(":") for pair in CODES.split())


def digits(text: str) -> str:
    plain = text.removeprefix("+")
    return plain if plain.isdigit() else re.sub(r"\D", "", text)


def calling_code(phone: str) -> str:
    return next((phone[:n] for n in (3, 2, 1) if phone[:n] in COUNTRIES), phone[:1])


def country(phone: str) -> str:
    return COUNTRIES.get(calling_code(phone), "ZZ")


def dialled(text: str, business_phone: str) -> str:
    """The full number a business meant. Without a plus a short one gets the business's own country code."""
    phone = digits(text)
    if text.strip().startswith("+") or len(phone) > 10:
        return phone
    return calling_code(business_phone) + phone


def wa_id(phone: str) -> str:
    """Brazil loses the ninth digit of mobiles, Mexico gains a 1, Argentina a 9."""
    if phone[:2] not in ("52", "54", "55"):
        return phone
    if re.fullmatch(r"55\d{2}9\d{8}", phone):
        return phone[:4] + phone[5:]
    if re.fullmatch(r"52[2-9]\d{9}", phone):
        return "521" + phone[2:]
    if re.fullmatch(r"54(?!9)\d{10}", phone):
        return "549" + phone[2:]
    return phone


def is_real(phone: str) -> bool:
    return 8 <= len(phone) <= 15 and not phone.startswith("0")


def pretty(phone: str) -> str:
    """`+1 415-555-0100`: the way Meta prints a business number outside webhooks."""
    code = calling_code(phone)
    rest = phone[len(code) :]
    if code == "1" and len(rest) == 10:
        return f"+1 {rest[:3]}-{rest[3:6]}-{rest[6:]}"
    if code == "44" and len(rest) == 10:
        return f"+44 {rest[:4]} {rest[4:]}"
    groups = [rest[i : i + 3] for i in range(0, len(rest), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return f"+{code} " + " ".join(groups)
