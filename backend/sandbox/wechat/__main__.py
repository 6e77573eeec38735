"""`python -m backend.sandbox.wechat --port N`: the stand-in WeChat on the loopback, told by the TUIXIU_* variables."""

import argparse
import os
import signal
import threading

from werkzeug.serving import WSGIRequestHandler, make_server

from backend.sandbox.wechat import WechatConfig, close_wechat, create_wechat


class KeepAlive(WSGIRequestHandler):
    """Keeps connections open between calls, as WeChat's servers do, and logs nothing about them."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs no requests: openids are personal."""


def main() -> None:
    """Serves until SIGINT or SIGTERM. Port 0 takes a free one; the line printed names it."""
    parser = argparse.ArgumentParser(prog="python -m backend.sandbox.wechat", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    port = parser.parse_args().port
    app = create_wechat(WechatConfig.from_environment(os.environ))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=KeepAlive)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"WeChat sandbox on http://127.0.0.1:{server.server_port}", flush=True)
    stop.wait()
    server.shutdown()
    close_wechat(app)


if __name__ == "__main__":
    main()
