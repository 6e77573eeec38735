"""Puts the stand-in WeChat together as one Flask app. It keeps its state in memory: serve it from one process."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from backend.adapters.clock import SystemClock
from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.controls import controls_blueprint
from backend.sandbox.wechat.courier import Courier
from backend.sandbox.wechat.people import PEOPLE
from backend.sandbox.wechat.phone import phone_blueprint
from backend.sandbox.wechat.protocol import protocol_blueprint
from backend.sandbox.wechat.world import World

JOURNAL_NAME = "wechat.jsonl"


def create_wechat(config: WechatConfig, now: Callable[[], datetime] | None = None) -> Flask:
    """Makes the WSGI app; `now` gives aware moments (the machine's clock by default).

    Undelivered callbacks of an earlier run are taken up at once. End it with `close_wechat`.
    """
    world = World(config.journal_folder / JOURNAL_NAME, now or SystemClock().now, config.app_id, PEOPLE)
    courier = Courier(config, world)
    app = Flask(__name__)
    app.extensions["wechat_world"] = world
    app.extensions["wechat_courier"] = courier
    app.register_blueprint(protocol_blueprint(config, world, courier))
    app.register_blueprint(controls_blueprint(config, world, courier))
    app.register_blueprint(phone_blueprint(config, world, courier))
    courier.resume()
    return app


def close_wechat(app: Flask) -> None:
    """Ends the deliveries and closes the journal."""
    app.extensions["wechat_courier"].stop()
    app.extensions["wechat_world"].close()
