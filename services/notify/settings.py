"""What notify is told from outside; see shared.settings for what all services are told."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings, settings_of


class NotifySettings(ServiceSettings):
    name: ClassVar[str] = "notify"
    model_config = settings_of("notify_")

    smtp_url: str = Field(
        default="",
        description="smtp://[user:password@]host:port, or smtps://...; empty: no e-mail is sent",
    )
    mail_from: str = Field(default="diancai@localhost", description="the sender's address")
    retention_days: int = Field(default=1095, ge=30, description="how long messages are kept")
    sms_secret: str = Field(
        default="",
        description="the gateway's for text messages, best from a file; empty: the one that is set on the screen",
    )
    mail_retry_seconds: float = Field(
        default=60.0,
        gt=0,
        description="by every channel: the wait after the first failed try; every further one is four times as long",
    )
    archive_days: int = Field(
        default=1095, ge=30, description="how long the archive of public events is kept"
    )
    webhook_slots: int = Field(
        default=128,
        ge=0,
        description="how many subscribers one process sends webhooks to at once; 0: it sends none",
    )
