"""What the suite of the store runs on."""

import pytest

from channels.message import ConversationKind
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from tests.contract.inbox.kit import InboxKit, meet


@pytest.fixture
def kit(database: Database) -> InboxKit:
    """Return an inbox on each database in turn."""
    return InboxKit(database=database)


@pytest.fixture
async def talk(database: Database) -> Conversation:
    """Return a private conversation."""
    return await meet(database)


@pytest.fixture
async def group(database: Database) -> Conversation:
    """Return a conversation in a group."""
    return await meet(database, "-100", kind=ConversationKind.GROUP)
