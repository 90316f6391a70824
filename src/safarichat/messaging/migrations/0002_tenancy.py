"""Conversations and messages belong to accounts; a message can't sit in another number's or account's conversation."""

from django.db import migrations

from safarichat.ground.tenancy import belongs, referable, references, tenant_table

# One check for both: the conversation names the number, so the message's number is the conversation's.
MESSAGE_IN_ITS_CONVERSATION = migrations.RunSQL(
    """
    ALTER TABLE conversations ADD CONSTRAINT conversations_credential_id_key UNIQUE (account_id, credential_id, id);
    ALTER TABLE messages ADD CONSTRAINT messages_conversation_same_account
      FOREIGN KEY (account_id, credential_id, conversation_id)
      REFERENCES conversations (account_id, credential_id, id) ON DELETE CASCADE;
    """,
    reverse_sql="""
    ALTER TABLE messages DROP CONSTRAINT messages_conversation_same_account;
    ALTER TABLE conversations DROP CONSTRAINT conversations_credential_id_key;
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("numbers", "0002_tenancy"),
        ("contacts", "0002_tenancy"),
    ]

    operations = [
        referable("conversations"),
        referable("messages"),
        belongs("conversations", "credential_id", "official_whatsapp_credentials"),
        belongs("conversations", "contact_id", "contacts"),
        MESSAGE_IN_ITS_CONVERSATION,
        references("messages", "sent_by_id", "users", on_delete="SET NULL"),
        belongs("attempts", "message_id", "messages"),
        belongs("message_events", "message_id", "messages"),
        belongs("lanes", "credential_id", "official_whatsapp_credentials"),
        belongs("drafts", "conversation_id", "conversations"),
        references("drafts", "user_id", "users"),
        tenant_table("conversations"),
        tenant_table("messages"),
        tenant_table("attempts", rights="SELECT"),
        tenant_table("message_events", rights="SELECT, INSERT"),
        tenant_table("lanes", rights="SELECT"),
        tenant_table("drafts"),
    ]
