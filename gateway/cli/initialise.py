"""`crewdesk init`: a data directory with a commented `crewdesk.yaml`."""

from dataclasses import dataclass
from pathlib import Path

from gateway.cli.invocation import Invocation
from gateway.cli.screen import Line
from gateway.config.yaml_file import YAML_NAME
from gateway.datadir import PRIVATE_FOLDER
from gateway.errors import StartupError

TEMPLATE = """\
# Settings of Crewdesk. Everything has a default: uncomment what you want to change, then start the
# gateway again. Environment variables win: http.port is CREWDESK_HTTP__PORT there. A secret is
# never written here, but set in the environment or kept in a file that this file names.

# http:
#   host: 127.0.0.1          # another host wants http.token_file as well
#   port: 8080

# model:
#   name: gpt-5.4-mini       # needs OPENAI_API_KEY, or model.api_key_file; without: offline
#   api_key_file: ~/.config/crewdesk/openai-key
#   base_url: https://api.openai.com/v1    # or any compatible server
#   api: responses           # chat for servers that speak Chat Completions only
#   fallbacks: []            # model ids, tried in this order
#   takes_images: true       # whether pictures go to the model; with base_url false

# transcription:             # turns voice messages into text; off without a model
#   model: whisper-1
#   base_url: https://api.openai.com/v1    # or any compatible server
#   api_key_file: ~/.config/crewdesk/openai-key

# files:
#   max_mb: 50               # of one file, in or out
#   total_mb: 10240          # of all that were received; then the oldest go

# telegram:
#   token_file: ~/.config/crewdesk/telegram-token    # from @BotFather; or CREWDESK_TELEGRAM__TOKEN

# slack:                     # docs/slack.md says where the two come from
#   bot_token_file: ~/.config/crewdesk/slack-bot-token    # xoxb-…
#   app_token_file: ~/.config/crewdesk/slack-app-token    # xapp-…

# access:                    # who is let in before anybody has been paired
#   admins: []               # such as 'telegram:1001'
#   members: []              # 'telegram:*' lets a whole channel in

# schedules:
#   time_zone: UTC           # of people who have set none with /zone

# skill_settings:            # what skills declare that they need; their SKILL.md says what
#   web_search:
#     searxng_url: http://127.0.0.1:8888
#     brave_key_file: ~/.config/crewdesk/brave-key

# log:
#   format: console          # json for machines
#   level: info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDirectory:
    """A data directory, and whether its settings file was made just now."""

    settings_file: Path
    is_new: bool


def make_data_directory(path: Path) -> MadeDirectory:
    """Make what is missing, and overwrite nothing.

    Raises:
        StartupError: the directory cannot be made or written.
    """
    settings_file = path / YAML_NAME
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        is_new = _write_new(settings_file)
    except OSError as error:
        raise StartupError(
            f"cannot make the data directory {path}: {error.strerror}; name another one with "
            "CREWDESK_DATA_DIR"
        ) from error
    return MadeDirectory(settings_file=settings_file, is_new=is_new)


def _write_new(file: Path) -> bool:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE)
    except FileExistsError:
        return False
    return True


def next_steps(made: MadeDirectory, invocation: Invocation) -> list[Line]:
    """Say what was made and how to go on."""
    state = "written" if made.is_new else "left as it is"
    return [
        Line(text=f"{made.settings_file}: {state}"),
        Line(text="Next:"),
        Line(text=f"  {invocation.typed('doctor')}   checks the settings"),
        Line(text=f"  {invocation.typed('up')}       runs the gateway"),
    ]
