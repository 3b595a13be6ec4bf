"""What the operator set for skills, and which part of it one skill is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from skills.capabilities import Setting, host_of
from skills.skill import Skill

VARIABLE_PREFIX: Final = "CREWDESK_SKILL_SETTINGS__"

ByName = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one skill gets: all that it declared and that has a value.

    `hosts` are the `host:port` texts of its addresses; `chosen_hosts` those among them that the
    operator chose, who may well mean a private network.
    """

    settings: ByName
    secrets: ByName = field(repr=False)
    hosts: tuple[str, ...]
    chosen_hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillValues:
    """Values by skill and name, as `skill_key` writes the skill's.

    `secret` ones came from the environment or from files of their own, `plain` ones stand in the
    settings file, where nobody would look for a secret.
    """

    plain: Mapping[str, ByName] = field(default_factory=dict)
    secret: Mapping[str, ByName] = field(default_factory=dict, repr=False)

    def given(self, skill: Skill) -> Given:
        """Return what the skill declares, and nothing else."""
        chosen = {one.name: self._chosen(skill, one) for one in skill.settings}
        values = {one.name: chosen[one.name] or one.default for one in skill.settings}
        addresses = [one.name for one in skill.settings if one.is_address and values[one.name]]
        return Given(
            settings=_named(values, skill, is_secret=False),
            secrets=_named(values, skill, is_secret=True),
            hosts=tuple(host_of(values[name]) for name in addresses),
            chosen_hosts=tuple(host_of(chosen[name]) for name in addresses if chosen[name]),
        )

    def problems(self, skill: Skill) -> Iterator[str]:
        """Say what the skill lacks, and what is no value for it."""
        for one in skill.settings:
            value = self._chosen(skill, one)
            variable = variable_of(skill.name, one.name)
            kind = "secret" if one.is_secret else "setting"
            if one.is_secret and one.name in self.plain.get(skill_key(skill.name), {}):
                yield f"the secret '{one.name}' stands in the settings file: set {variable}"
            elif one.is_required and not value and not one.default:
                yield f"the {kind} '{one.name}' ({one.description}) is missing: set {variable}"
            elif one.is_address and value and not host_of(value):
                yield f"{variable} is no http(s) address"

    def unknown(self, skill: Skill) -> Iterator[str]:
        """Name what is set for the skill although it declares nothing of that name."""
        declared = {one.name for one in skill.settings}
        key = skill_key(skill.name)
        for name in sorted({*self.plain.get(key, ()), *self.secret.get(key, ())} - declared):
            yield f"{variable_of(skill.name, name)} is set, but the skill declares no '{name}'"

    def keys(self) -> frozenset[str]:
        """Return the keys of the skills for which anything is set."""
        return frozenset({*self.plain, *self.secret})

    def texts(self) -> frozenset[str]:
        """Return every secret value, for the log to mask."""
        return frozenset(value for values in self.secret.values() for value in values.values())

    def _chosen(self, skill: Skill, setting: Setting) -> str:
        """Return what the operator set, empty for nothing; a secret never from the plain file."""
        key = skill_key(skill.name)
        plain = "" if setting.is_secret else self.plain.get(key, {}).get(setting.name, "")
        return self.secret.get(key, {}).get(setting.name, "") or plain


def skill_key(name: str) -> str:
    """Return a skill's name as settings write it: a variable can't hold a hyphen."""
    return name.replace("-", "_").lower()


def variable_of(skill: str, setting: str) -> str:
    """Return the variable that sets a skill's setting."""
    return f"{VARIABLE_PREFIX}{skill_key(skill)}__{setting}".upper()


def _named(values: ByName, skill: Skill, *, is_secret: bool) -> ByName:
    wanted = (one.name for one in skill.settings if one.is_secret is is_secret)
    return {name: values[name] for name in wanted if values[name]}
