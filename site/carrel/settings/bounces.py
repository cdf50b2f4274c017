"""Settings of what comes back: who may tell of bounces, and how many are too many."""

import re

from pydantic import BaseModel, Field, SecretStr, field_validator

TOPIC = re.compile(r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")


class BounceSettings(BaseModel):
    """The part of the settings that bounces need. Without its secret, a service's webhook is not there."""

    amazon_sns_topic: str = ""  # the ARN of the topic that SES writes to
    postmark_webhook_secret: SecretStr = SecretStr("")  # the password in the address that Postmark is given
    mailgun_signing_key: SecretStr = SecretStr("")  # "HTTP webhook signing key"
    digest_max_bounces: float = Field(5, gt=0, le=100)  # percent of an issue's mails; then it pauses
    digest_max_complaints: float = Field(0.3, gt=0, le=100)

    @field_validator("amazon_sns_topic")
    @classmethod
    def _topic_is_an_arn(cls, value: str) -> str:
        if value and not TOPIC.fullmatch(value):
            raise ValueError("it must be an ARN such as arn:aws:sns:us-east-1:123456789012:bounces")
        return value
