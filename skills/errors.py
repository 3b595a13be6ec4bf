"""What skills may fail with.

SkillRoomError
├── SkillError     a `SKILL.md` has a mistake; the sentence names the key
└── HttpError      a page could not be fetched; `code` names why
"""


class SkillRoomError(Exception):
    """Any failure in this room."""


class SkillError(SkillRoomError):
    """A `SKILL.md` has a mistake; the sentence names the key and what was expected."""


class HttpError(SkillRoomError):
    """A request gave no usable response.

    `code` is one of `bad_url`, `refused_address`, `unreachable`, `timeout`, `too_large`,
    `too_many_redirects`, `bad_response`, `network_not_declared`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
