"""A WeChat (微信公众平台) that fits on a laptop: the same HTTP and XML, only the base URL tells it from the real one.

The server under test talks to it through `protocol`; people look at it through `phone`; tests steer it by `controls`.
"""

from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.server import close_wechat, create_wechat

__all__ = ["WechatConfig", "close_wechat", "create_wechat"]
