"""Every page's address. Each room has its own list."""

from django.urls import include, path

from safarichat.console.views import composing, health, inbox, messages, numbers, overview, starting, templates
from safarichat.console.views.theme import theme

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("theme", theme, name="theme"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/rows", inbox.rows, name="inbox_rows"),
    path("inbox/unread", inbox.unread, name="inbox_unread"),
    path("inbox/new", starting.new_conversation, name="new_conversation"),
    path("inbox/<int:conversation_id>", inbox.conversation, name="conversation"),
    path("inbox/<int:conversation_id>/head", inbox.head, name="conversation_head"),
    path("inbox/<int:conversation_id>/thread", inbox.messages, name="thread"),
    path("inbox/<int:conversation_id>/composer", composing.composer, name="composer"),
    path("inbox/<int:conversation_id>/messages", composing.messages, name="send"),
    path("inbox/<int:conversation_id>/template", templates.choose, name="choose_template"),
    path("inbox/<int:conversation_id>/templates", templates.send, name="send_template"),
    path("inbox/<int:conversation_id>/draft", composing.draft, name="draft"),
    path("inbox/<int:conversation_id>/seen", inbox.seen, name="seen"),
    path("messages/<int:message_id>/retry", messages.retry, name="retry"),
    path("messages/<int:message_id>/cancel", messages.cancel, name="cancel"),
    path("numbers", numbers.numbers, name="numbers"),
    path("numbers/<int:credential_id>", numbers.number, name="number"),
    path("numbers/<int:credential_id>/templates", templates.fetch, name="fetch_templates"),
    path("numbers/<int:credential_id>/health", health.health, name="number_health"),
    path("numbers/<int:credential_id>/report.txt", health.report_text, name="number_report"),
    path("numbers/<int:credential_id>/check", health.check, name="number_check"),
    path("numbers/<int:credential_id>/repair", health.repair, name="number_repair"),
    path("", include("safarichat.console.urls_whatsapp")),
    path("", include("safarichat.console.urls_settings")),
]
