"""Error codes of templates, marketing messages and flows (reference §9.2)."""

from safarichat.providers.cloud_api.codes_access import BY_ITSELF, CORRECT
from safarichat.providers.cloud_api.codes_messages import FORMAT
from safarichat.providers.errors import N_, Known

APPROVED = N_("Choose an approved template, or wait for its approval.")
PARAMETERS = N_("Fill in the template's variables as its samples show.")
FLOW = N_("The form could not be changed or shown in its present state.")
FLOW_CURE = N_("Open the flow in WhatsApp Manager and follow the notice there.")
EDIT = N_("Correct the template and submit it again.")
NOT_MARKETING = N_("This way of sending carries marketing templates only.")
INSIGHTS = N_("Template statistics are not available for this account.")
INSIGHTS_CURE = N_("Switch on template insights in WhatsApp Manager; they do not exist in all countries.")

CODES = (
    Known(132000, "template_parameters", "Number of parameters does not match",
          N_("The template needs another number of values."), PARAMETERS, "business", "message"),
    Known(132001, "template_missing", "Template does not exist",
          N_("There is no approved template of this name in this language."), APPROVED, "business", "template"),
    Known(132005, "template_too_long", "Hydrated text too long",
          N_("With its values filled in the template is too long."),
          N_("Shorten the values."), "business", "message"),
    Known(132007, "template_policy", "Format character policy violated", N_("The template goes against Meta's policy."),
          EDIT, "business", "template"),
    Known(132008, "template_parameters", "Parameter value invalid", N_("A value of the template is not valid."),
          PARAMETERS, "business", "message"),
    Known(132012, "template_parameters", "Parameter format does not match",
          N_("A value of the template has the wrong form."),
          N_("Remove line breaks, tabs and runs of spaces from the values, and use the kind of file the template "
             "asks for."),
          "business", "message"),
    Known(132015, "template_paused", "Template is paused", N_("Meta has paused this template because of its quality."),
          N_("Use another template, or edit this one; the pause ends by itself after some hours."),
          "business", "template"),
    Known(132016, "template_disabled", "Template is disabled", N_("Meta has switched this template off for good."),
          N_("Make a new template with other words."), "business", "template"),
    Known(132018, "template_parameters", "Template parameters are not valid",
          N_("A value of the template is not valid."),
          PARAMETERS, "business", "message"),
    Known(132068, "flow_blocked", "Flow is in blocked state", FLOW, FLOW_CURE, "business", "template"),
    Known(132069, "flow_throttled", "Flow is in throttled state", N_("This form is opened too often for its state."),
          FLOW_CURE, "business", "template"),
    Known(134011, "payments_terms", "Payments terms of service not accepted",
          N_("The terms for payments in chats are not accepted."), N_("Accept them in WhatsApp Manager."),
          "business", "account"),
    Known(134100, "not_marketing", "Only marketing messages supported", NOT_MARKETING, FORMAT, "business", "template"),
    Known(134101, "template_syncing", "Template is syncing", N_("The template is new and being made ready."),
          BY_ITSELF, "provider", "template", "transient", 120, 10),
    Known(134102, "template_unavailable", "Template unavailable", N_("The template is not available for this."),
          APPROVED, "business", "template"),
    Known(139000, "flow_blocked", "Flow integrity block", FLOW, FLOW_CURE, "business", "template"),
    Known(139001, "flow_not_changed", "Flow cannot be updated", FLOW, FLOW_CURE, "business", "template"),
    Known(139002, "flow_not_changed", "Flow cannot be published", FLOW, FLOW_CURE, "business", "template"),
    Known(139003, "flow_not_changed", "Flow cannot be deprecated", FLOW, FLOW_CURE, "business", "template"),
    Known(139004, "flow_not_changed", "Flow cannot be deleted", FLOW, FLOW_CURE, "business", "template"),
    Known(139006, "flow_metrics", "Flow metrics threshold", N_("There are too few answers to show figures."),
          N_("Wait until more people have used the form."), "business", "template"),
    Known(200005, "insights_missing", "Template insights unavailable", INSIGHTS, INSIGHTS_CURE, "business", "account"),
    Known(200006, "insights_missing", "Template insights cannot be disabled", INSIGHTS, INSIGHTS_CURE,
          "business", "account"),
    Known(200007, "insights_missing", "Template insights not enabled", INSIGHTS, INSIGHTS_CURE, "business", "account"),
    Known(1752041, "already_asked", "Duplicate request", N_("This was asked for already."),
          N_("Wait for the first request to end."), "business", "account"),
    Known(2388019, "template_limit_reached", "Template limit exceeded",
          N_("The account has as many templates as it may."),
          N_("Delete templates that are not used."), "business", "account"),
    Known(2388023, "template_name_reserved", "Language is being deleted",
          N_("A template of this name was deleted: the name is free again after four weeks."),
          N_("Use another name."), "business", "template"),
    Known(2388024, "template_exists", "Content in this language already exists",
          N_("There is a template of this name in this language already."), N_("Edit it, or use another name."),
          "business", "template"),
    Known(2388039, "template_not_editable", "Edit not allowed", N_("This template can't be edited now."),
          N_("Approved templates can be edited once a day and ten times a month."), "business", "template"),
    Known(2388040, "template_too_long", "Character limit exceeded", N_("A part of the template is too long."), EDIT,
          "business", "template"),
    Known(2388047, "template_header", "Header format incorrect", N_("The template's header is not right."), EDIT,
          "business", "template"),
    Known(2388072, "template_body", "Body format incorrect", N_("The template's text is not right."), EDIT,
          "business", "template"),
    Known(2388073, "template_footer", "Footer format incorrect", N_("The template's footer is not right."), EDIT,
          "business", "template"),
    Known(2388293, "template_variables", "Too many variables for the length",
          N_("The template has too many variables for so short a text."), EDIT, "business", "template"),
    Known(2388299, "template_variables", "Variables at start or end",
          N_("A template may not begin or end with a variable."), EDIT, "business", "template"),
    Known(4233041, "flow_exists", "Flow with the same name exists", N_("There is a form of this name already."),
          CORRECT, "business", "template"),
)  # fmt: skip
