"""What every channel must do, over the real client libraries as the gateway loads them."""

from tests.doubles import telegram_library  # noqa: F401 - is imported before the channels' kits
