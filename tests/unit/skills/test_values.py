"""Which settings and secrets a skill is given: what it declares, and nothing else."""

from datetime import timedelta
from pathlib import Path

from skills.capabilities import Setting
from skills.skill import Skill, SkillEffect
from skills.values import SkillValues, variable_of

ADDRESS = Setting(name="base_url", description="d", default="https://example.org", is_address=True)
KEY = Setting(name="key", description="the key", is_required=True, is_secret=True)


def skill(*settings: Setting) -> Skill:
    """Return a skill that declares these."""
    return Skill(
        name="web-search",
        description="for tests",
        instructions="",
        folder=Path("web-search"),
        parameters="{}",
        effect=SkillEffect.READ,
        timeout=timedelta(seconds=1),
        memory_bytes=1,
        has_network=True,
        settings=settings,
    )


def test_only_what_is_declared_is_given() -> None:
    """Neither another skill's values nor undeclared ones of its own."""
    values = SkillValues(
        plain={"other": {"base_url": "x"}, "web_search": {"stray": "y"}},
        secret={"web_search": {"key": "k", "more": "z"}},
    )

    given = values.given(skill(ADDRESS, KEY))

    assert given.settings == {"base_url": "https://example.org"}
    assert given.secrets == {"key": "k"}
    assert "'k'" not in repr(given)


def test_the_environment_wins_over_the_file_and_both_over_the_default() -> None:
    """As with every other setting."""
    plain = {"web_search": {"base_url": "http://file.example"}}
    secret = {"web_search": {"base_url": "http://variable.example:81"}}

    by_file = SkillValues(plain=plain).given(skill(ADDRESS))
    by_variable = SkillValues(plain=plain, secret=secret).given(skill(ADDRESS))

    assert by_file.settings["base_url"] == "http://file.example"
    assert by_variable.settings["base_url"] == "http://variable.example:81"


def test_an_address_opens_its_host() -> None:
    """Only one that the operator chose may be private."""
    default = SkillValues().given(skill(ADDRESS))
    chosen = SkillValues(plain={"web_search": {"base_url": "http://10.0.0.5:8888"}}).given(
        skill(ADDRESS)
    )

    assert (default.hosts, default.chosen_hosts) == (("example.org:443",), ())
    assert chosen.hosts == chosen.chosen_hosts == ("10.0.0.5:8888",)


def test_a_secret_is_not_taken_from_the_settings_file() -> None:
    """It is missing then, and the sentence says where it belongs."""
    values = SkillValues(plain={"web_search": {"key": "k"}})

    assert values.given(skill(KEY)).secrets == {}
    (problem,) = values.problems(skill(KEY))
    assert "stands in the settings file" in problem
    assert variable_of("web-search", "key") in problem


def test_what_is_missing_wrong_or_unknown_is_named() -> None:
    """With the variable to set."""
    values = SkillValues(plain={"web_search": {"base_url": "nowhere", "bass_url": "x"}})

    problems = " ".join(values.problems(skill(ADDRESS, KEY)))
    (unknown,) = values.unknown(skill(ADDRESS, KEY))

    assert "CREWDESK_SKILL_SETTINGS__WEB_SEARCH__BASE_URL is no http(s) address" in problems
    assert "the secret 'key' (the key) is missing: set CREWDESK_SKILL_SETTINGS__" in problems
    assert "__BASS_URL is set, but the skill declares no 'bass_url'" in unknown
