"""DingTalk as a channel, in Stream mode."""
