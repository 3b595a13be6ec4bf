"""Settings from `crewdesk.yaml`: its keys, its secret files, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from gateway.config.names import FILE_KEY_SUFFIX, SKILL_SETTINGS, SettingName, advice
from gateway.config.secret_file import read_secret_file
from gateway.config.values import has_password
from gateway.errors import SettingsError

YAML_NAME = "crewdesk.yaml"

Tree = dict[str, object]
Leaves = dict[tuple[str, ...], object]


def read_yaml(path: Path, names: tuple[SettingName, ...]) -> tuple[Tree, list[str]]:
    """Return the settings of the file as nested mappings, and one line per problem.

    No file is the same as an empty one. Paths of secret files are relative to its directory. What
    stands below `skill_settings` is returned as it is.
    """
    found: Tree = {}
    problems: list[str] = []
    known = {name.path: name for name in names}
    try:
        leaves = dict(_leaves(_parse(path), known, ()))
    except SettingsError as error:
        return found, list(error.problems)
    if (skills := leaves.pop((SKILL_SETTINGS,), None)) is not None:
        found[SKILL_SETTINGS] = skills
    for leaf, value in leaves.items():
        try:
            name, kept = _judge(leaf, value, known, path.parent)
        except SettingsError as error:
            problems.extend(error.problems)
        else:
            _put(found, name.path, kept)
    return found, problems


def _parse(path: Path) -> Mapping[object, object]:
    try:
        content = yaml.safe_load(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError([f"{path} cannot be read: {error.strerror}; mend that"]) from error
    except yaml.YAMLError as error:
        raise SettingsError([f"{path} is not valid YAML{_where(error)}: correct it"]) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError([f"{path} must hold keys and values, such as `log: {{level: debug}}`"])
    return content


def _where(error: yaml.YAMLError) -> str:
    # The parser's own text spans lines and quotes the file, which may hold a secret.
    mark = getattr(error, "problem_mark", None)
    return f" in line {mark.line + 1}" if mark else ""


def _leaves(
    tree: Mapping[object, object],
    known: Mapping[tuple[str, ...], SettingName],
    path: tuple[str, ...],
) -> Iterator[tuple[tuple[str, ...], object]]:
    sections = {setting[: len(path) + 1] for setting in known if len(setting) > len(path) + 1}
    for key, value in tree.items():
        here = (*path, str(key))
        if here in sections and isinstance(value, dict):
            yield from _leaves(value, known, here)
        elif here in sections and value is None:  # a section whose keys are all commented out
            continue
        else:
            yield here, value


def _judge(
    leaf: tuple[str, ...],
    value: object,
    known: Mapping[tuple[str, ...], SettingName],
    directory: Path,
) -> tuple[SettingName, object]:
    key = ".".join(leaf)
    if name := _named_file(leaf, known):
        if not isinstance(value, str):
            raise SettingsError([f"{key} in {YAML_NAME} must be a path in quotes"])
        secret = read_secret_file(
            directory / Path(value).expanduser(), named_by=f"{key} in {YAML_NAME}"
        )
        return name, secret
    if leaf not in known:
        raise SettingsError([_no_key(leaf, known)])
    name = known[leaf]
    if name.path == ("data_dir",):
        raise SettingsError([f"{key} in {YAML_NAME} comes too late: set {name.variable} instead"])
    if name.is_secret or (isinstance(value, str) and has_password(value)):
        raise SettingsError([_secret_problem(name)])
    return name, value


def _named_file(
    leaf: tuple[str, ...], known: Mapping[tuple[str, ...], SettingName]
) -> SettingName | None:
    if not leaf[-1].endswith(FILE_KEY_SUFFIX):
        return None
    name = known.get((*leaf[:-1], leaf[-1].removesuffix(FILE_KEY_SUFFIX)))
    return name if name and name.is_secret else None


def _secret_problem(name: SettingName) -> str:
    problem = f"{name.key} in {YAML_NAME} is a secret: set {name.variable} in the environment"
    return f"{problem}, or write {name.key}{FILE_KEY_SUFFIX}: PATH" if name.is_secret else problem


def _no_key(leaf: tuple[str, ...], known: Mapping[tuple[str, ...], SettingName]) -> str:
    key = ".".join(leaf)
    below = next((setting for setting in known if setting[: len(leaf)] == leaf), None)
    if below is not None:
        return f"{key} in {YAML_NAME} must hold keys, such as `{key}: {{{below[-1]}: …}}`"
    names = list(known.values())
    keys = [name.key for name in names]
    keys += [name.key + FILE_KEY_SUFFIX for name in names if name.is_secret]
    return f"the key {key} in {YAML_NAME} is unknown: {advice(key, keys)}"


def _put(tree: Tree, path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):  # `_leaves` yields settings only, never a section
            raise TypeError(f"{'.'.join(path)} leads through a value")
        tree = branch
    tree[path[-1]] = value
