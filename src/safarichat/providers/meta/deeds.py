"""What can be done with a number at Meta."""

from collections.abc import Mapping

from safarichat.providers.meta import profile, repairs, uploading, verifying
from safarichat.providers.shapes import Act

DEEDS: Mapping[str, Act] = {
    "request_code": verifying.request_code,
    "verify_code": verifying.verify_code,
    "register": verifying.register,
    "deregister": verifying.deregister,
    "set_pin": verifying.set_pin,
    "rename": profile.rename,
    "read_profile": profile.read_profile,
    "write_profile": profile.write_profile,
    "write_photo": profile.write_photo,
    "hand_sample": uploading.hand_sample,
    "refresh": repairs.refresh,
    "subscribe": repairs.subscribe,
    "set_hook": repairs.set_hook,
    "register_hooks": repairs.register_hooks,
}
