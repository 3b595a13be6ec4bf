"""Every single setting by name: as a key of `crewdesk.yaml` and as a variable."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, SecretStr

from gateway.config.settings import ENV_DELIMITER, ENV_PREFIX

SKILL_SETTINGS = "skill_settings"  # its names are the skills' own: `skill_values` reads them
FILE_KEY_SUFFIX = "_file"
FILE_VARIABLE_SUFFIX = "_FILE"
ALIKE = (
    0.4  # difflib's ratio; `logg` and `log.level` have 0.46, words that share nothing under 0.35
)

# Named as the `openai` package reads them, so that an existing set-up works as it is.
_FOREIGN_VARIABLES: dict[tuple[str, ...], str] = {
    ("model", "api_key"): "OPENAI_API_KEY",
    ("model", "base_url"): "OPENAI_BASE_URL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingName:
    """One setting; `path` leads to it in `Settings` and in the YAML file."""

    path: tuple[str, ...]
    is_secret: bool = False

    @property
    def key(self) -> str:
        """Return the key in YAML, with dots between the levels."""
        return ".".join(self.path)

    @property
    def canonical_variable(self) -> str:
        """Return the variable that the settings class itself looks for."""
        return ENV_PREFIX + ENV_DELIMITER.join(self.path).upper()

    @property
    def variable(self) -> str:
        """Return the variable that a person sets."""
        return _FOREIGN_VARIABLES.get(self.path, self.canonical_variable)


def all_names(settings: type[BaseModel]) -> tuple[SettingName, ...]:
    """List every setting, in the order of the class."""
    return tuple(name for name in _walk(settings, ()) if name.path != (SKILL_SETTINGS,))


def _walk(section: type[BaseModel], path: tuple[str, ...]) -> Iterator[SettingName]:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, (*path, name))
        else:
            is_secret = kind is SecretStr or SecretStr in get_args(kind)
            yield SettingName(path=(*path, name), is_secret=is_secret)


def advice(unknown: str, known: Iterable[str]) -> str:
    """Say what was probably meant; where nothing is like it, that it should go."""
    # What all variables begin with would make any two of them alike.
    names = {name.removeprefix(ENV_PREFIX): name for name in known}
    wanted = unknown.removeprefix(ENV_PREFIX)
    nearest = get_close_matches(wanted, list(names), n=1, cutoff=ALIKE)
    return f"did you mean {names[nearest[0]]}?" if nearest else "remove it"
