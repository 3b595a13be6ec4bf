"""Settings from the environment: which variables count, and what is wrong with the rest."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, EnvSettingsSource

from gateway.config.names import FILE_VARIABLE_SUFFIX, SettingName, advice
from gateway.config.secret_file import read_secret_file
from gateway.config.settings import ENV_PREFIX
from gateway.errors import SettingsError
from skills.values import VARIABLE_PREFIX

# The test suite's own switches, which a gateway may inherit, and what `skill_values` reads.
_OTHERS = (f"{ENV_PREFIX}TEST_", VARIABLE_PREFIX)


class VariablesSource(EnvSettingsSource):
    """pydantic's reader of variables, over a given mapping instead of the process's own."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str]) -> None:
        self._variables = {name.lower(): value for name, value in variables.items()}
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._variables


def read_environment(
    environ: Mapping[str, str], names: tuple[SettingName, ...]
) -> tuple[dict[str, str], list[str]]:
    """Return the variables that are set, by canonical name, and one line per problem.

    An empty variable counts as not set, because that is all that a compose file can say.
    """
    present = {variable: value for variable, value in environ.items() if value}
    found: dict[str, str] = {}
    problems = list(_unknown(present, names))
    for name in names:
        try:
            value = _value_of(name, present)
        except SettingsError as error:
            problems.extend(error.problems)
        else:
            if value is not None:
                found[name.canonical_variable] = value
    return found, problems


def _value_of(name: SettingName, present: Mapping[str, str]) -> str | None:
    value = present.get(name.variable)
    file_variable = name.variable + FILE_VARIABLE_SUFFIX
    path = present.get(file_variable) if name.is_secret else None
    if value is not None and path is not None:
        raise SettingsError([f"{name.variable} and {file_variable} are both set: unset one"])
    if path is not None:
        return read_secret_file(Path(path), named_by=file_variable)
    return value


def _unknown(present: Mapping[str, str], names: tuple[SettingName, ...]) -> Iterator[str]:
    known = {name.variable for name in names}
    known |= {name.variable + FILE_VARIABLE_SUFFIX for name in names if name.is_secret}
    for variable in sorted(present):
        if not variable.upper().startswith(ENV_PREFIX) or variable.startswith(_OTHERS):
            continue
        if variable not in known:
            yield f"the variable {variable} is unknown: {advice(variable.upper(), sorted(known))}"
