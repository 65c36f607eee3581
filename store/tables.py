"""Every table of the store: importing this puts them all on one `metadata`, for migrations and for the schema's tests."""

from store import schema_accounts as schema_accounts
from store import schema_assessment as schema_assessment
from store import schema_follow_ups as schema_follow_ups
from store import schema_messages as schema_messages
from store.schema import metadata as metadata
