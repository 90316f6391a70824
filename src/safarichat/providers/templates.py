"""A template as a provider lists it, in the Cloud API's form whoever lists it."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.ground.talks import JSON


class Template(Struct, frozen=True, kw_only=True):
    """One name in one language. `status`, `category` and `quality` are Meta's words in capitals, `components` as in
    Graph's answers; `parameter_format` says whether its values have names: POSITIONAL | NAMED."""

    template_id: str
    name: str
    language: str
    category: str = ""
    status: str = ""
    quality: str = ""
    components: tuple[Mapping[str, JSON], ...] = ()
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = ""


class TemplateList(Struct, frozen=True):
    """All templates of a business account: what is not in it is not there any more."""

    templates: tuple[Template, ...]
