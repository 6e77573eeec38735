"""What the stand-in WeChat is told when it starts: the account it plays, where the server is, which templates exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Template:
    """A template message (模板消息) as the account holds it. `fields` are (name, label) in the order of the card."""

    template_id: str
    title: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WechatConfig:
    """The account (公众号) the stand-in plays and the server it calls back.

    `h5_public_url` is the only host people may be sent to after sign-in; `callback_url` receives the events. The
    journal in `journal_folder` keeps people, follow states and chats over a restart.
    """

    h5_public_url: str
    callback_url: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    templates: Mapping[str, Template]
    journal_folder: Path
    account_name: str = "屈原管理区退休一件事"
    original_id: str = "gh_5e0d7c1a2b3f"
    receipt_delay_seconds: float = 1.0
    callback_timeout_seconds: float = 5.0
    callback_tries: int = 3

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "WechatConfig":
        """Reads the same TUIXIU_* variables as the server, so that the two agree on the account.

        TUIXIU_SANDBOX_WECHAT_FOLDER is the journal's folder; TUIXIU_SANDBOX_WECHAT_CALLBACK_URL is by default the
        public URL's /wechat/callback. Raises KeyError naming the first variable that is missing.
        """
        public_url = environ["TUIXIU_PUBLIC_URL"].rstrip("/")
        config_path = Path(environ.get("TUIXIU_CONFIG_PATH", CHECKOUT / "config"))
        return cls(
            h5_public_url=public_url,
            callback_url=environ.get("TUIXIU_SANDBOX_WECHAT_CALLBACK_URL", f"{public_url}/wechat/callback"),
            app_id=environ["TUIXIU_WECHAT_APP_ID"],
            app_secret=environ["TUIXIU_WECHAT_APP_SECRET"],
            token=environ["TUIXIU_WECHAT_TOKEN"],
            encoding_aes_key=environ["TUIXIU_WECHAT_ENCODING_AES_KEY"],
            templates=read_templates(config_path / "notices.zh-CN.yaml"),
            journal_folder=Path(environ["TUIXIU_SANDBOX_WECHAT_FOLDER"]),
            receipt_delay_seconds=float(environ.get("TUIXIU_SANDBOX_WECHAT_RECEIPT_DELAY_SECONDS", "1")),
        )


def read_templates(path: Path) -> dict[str, Template]:
    """Reads the templates of the notices file, by template id: what the account would have been granted."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    templates = [
        Template(
            template_id=row["template_id"],
            title=row["title"],
            fields=tuple((field_row["name"], field_row["label"]) for field_row in row["fields"]),
        )
        for row in document["templates"].values()
    ]
    return {template.template_id: template for template in templates}
