"""Settings of skills: any name is taken, for only the skills know which ones they declare."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from gateway.config.names import FILE_KEY_SUFFIX, FILE_VARIABLE_SUFFIX, SKILL_SETTINGS
from gateway.config.secret_file import read_secret_file
from gateway.errors import SettingsError
from skills.values import VARIABLE_PREFIX, SkillValues, skill_key

_Tree = dict[str, dict[str, str]]
_SHAPE = f"write {VARIABLE_PREFIX}SKILL__NAME"


def read_skill_values(
    environ: Mapping[str, str], section: object, directory: Path
) -> tuple[SkillValues, list[str]]:
    """Return what is set for skills, and one line per problem.

    `section` is what stands below `skill_settings` in the YAML file of `directory`, to which paths
    of secret files are relative. The environment wins.
    """
    plain: _Tree = {}
    secret: _Tree = {}
    problems = list(_read_section(section, directory, plain, secret))
    problems += _read_variables(environ, secret)
    return SkillValues(plain=plain, secret=secret), problems


def _read_section(section: object, directory: Path, plain: _Tree, secret: _Tree) -> Iterator[str]:
    for skill, values in _mapping(section).items():
        if not isinstance(values, dict):
            yield f"{SKILL_SETTINGS}.{skill} must hold names and values"
        for name, value in _mapping(values).items():
            key = f"{SKILL_SETTINGS}.{skill}.{name}"
            if isinstance(value, dict | list) or value is None:
                yield f"{key} must be a text or a number"
            elif name.endswith(FILE_KEY_SUFFIX):
                wanted = name.removesuffix(FILE_KEY_SUFFIX)
                yield from _take_file(
                    secret, skill, wanted, directory / Path(str(value)).expanduser(), key
                )
            else:
                plain.setdefault(skill_key(skill), {})[name] = str(value)
    if section is not None and not isinstance(section, dict):
        yield f"{SKILL_SETTINGS} must hold the names of skills"


def _read_variables(environ: Mapping[str, str], secret: _Tree) -> Iterator[str]:
    for variable, value in sorted(environ.items()):
        if not variable.startswith(VARIABLE_PREFIX) or not value:
            continue
        skill, _, name = variable.removeprefix(VARIABLE_PREFIX).lower().partition("__")
        if not skill or not name:
            yield f"the variable {variable} names no setting of a skill: {_SHAPE}"
        elif variable.endswith(FILE_VARIABLE_SUFFIX):
            wanted = name.removesuffix(FILE_KEY_SUFFIX)
            yield from _take_file(secret, skill, wanted, Path(value), variable)
        else:
            secret.setdefault(skill, {})[name] = value


def _take_file(tree: _Tree, skill: str, name: str, path: Path, named_by: str) -> Iterator[str]:
    try:
        tree.setdefault(skill_key(skill), {})[name] = read_secret_file(path, named_by=named_by)
    except SettingsError as error:
        yield from error.problems


def _mapping(value: object) -> dict[str, object]:
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}
