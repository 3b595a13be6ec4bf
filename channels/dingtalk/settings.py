"""What is set for DingTalk."""

from typing import Final, Self

from pydantic import SecretStr, model_validator

from channels.settings import ChannelSettings, WebAddress

CHANNEL: Final = "dingtalk"


class DingtalkSettings(ChannelSettings):
    """The DingTalk app in Stream mode; there is none without id and secret.

    `robot_code` is the robot's own id where it differs from the app's client id. With
    `card_template_id`, the id of an AI card made on DingTalk's card platform, answers are cards
    that grow while they are written; `card_content_key` is the variable of that card which holds
    the text. `api_base` and `file_base` (uploads) are DingTalk's own hosts unless a proxy stands
    before them.
    """

    client_id: str | None = None
    client_secret: SecretStr | None = None
    robot_code: str | None = None
    card_template_id: str | None = None
    card_content_key: str = "content"
    api_base: WebAddress = "https://api.dingtalk.com"
    file_base: WebAddress = "https://oapi.dingtalk.com"

    @model_validator(mode="after")
    def _id_and_secret_come_together(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError(
                "DingTalk needs an id and a secret: set both CREWDESK_DINGTALK__CLIENT_ID and "
                "CREWDESK_DINGTALK__CLIENT_SECRET, or neither"
            )
        return self

    @property
    def is_set_up(self) -> bool:
        """Whether there are id and secret."""
        return self.client_id is not None

    @property
    def id_text(self) -> str:
        """The client id, empty where there is none."""
        return self.client_id or ""

    @property
    def secret_text(self) -> str:
        """The secret itself, empty where there is none."""
        return self.client_secret.get_secret_value() if self.client_secret is not None else ""

    @property
    def robot(self) -> str:
        """The code that names the robot to DingTalk."""
        return self.robot_code or self.id_text
