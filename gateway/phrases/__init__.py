"""What the service itself says to people, in English and Chinese."""

from gateway.phrases.names import Phrase
from gateway.phrases.speaking import is_chinese, say

__all__ = ["Phrase", "is_chinese", "say"]
