"""What skills may fail with.

SkillRoomError
├── SkillError     a `SKILL.md` has a mistake; the sentence names the key
└── SkillFailure   a running skill can't do what it was asked; `code` names why
    └── HttpError  a page could not be fetched
"""


class SkillRoomError(Exception):
    """Any failure in this room."""


class SkillError(SkillRoomError):
    """A `SKILL.md` has a mistake; the sentence names the key and what was expected."""


class SkillFailure(SkillRoomError):  # noqa: N818 - what a skill says, not a fault of its program
    """A skill can't do what it was asked; its answer becomes `code: message`.

    `code` is one of the words that the skill's `SKILL.md` lists.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class HttpError(SkillFailure):
    """A request gave no usable response.

    `code` is one of `bad_url`, `refused_address`, `unreachable`, `timeout`, `too_large`,
    `too_many_redirects`, `bad_response`, `network_not_declared`, `host_not_declared`.
    """
