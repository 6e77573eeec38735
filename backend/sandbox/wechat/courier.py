"""Delivers callbacks to the server as WeChat does: signed, encrypted, five seconds to answer, three tries."""

import heapq
import secrets
import threading
import time
from typing import Final

import requests

from backend.sandbox.wechat import envelope
from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.records import Callback
from backend.sandbox.wechat.world import World

WORKERS: Final = 4
NO_PROXIES: Final = {"http": "", "https": ""}


class Courier:
    """A few threads that deliver what is due. Threads start with the first thing to deliver and end with `stop`."""

    def __init__(self, config: WechatConfig, world: World) -> None:
        self._config = config
        self._world = world
        self._due: list[tuple[float, int]] = []
        self._news = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self.receipt_delay_seconds = config.receipt_delay_seconds

    def deliver(self, callback_id: int | None) -> None:
        """Has a callback delivered: at once, or after the receipt delay when it is a receipt. None is nothing to do."""
        if callback_id is None:
            return
        body = self._world.callbacks[callback_id].body
        delay = self.receipt_delay_seconds if body.get("Event") == "TEMPLATESENDJOBFINISH" else 0.0
        with self._news:
            heapq.heappush(self._due, (time.monotonic() + delay, callback_id))
            if not self._threads and not self._stopped:
                self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
                for thread in self._threads:
                    thread.start()
            self._news.notify_all()

    def resume(self) -> None:
        """Takes up what a stop left undelivered."""
        for callback in self._world.owed_callbacks():
            self.deliver(callback.callback_id)

    def stop(self) -> None:
        """Ends the threads after the delivery each has in hand; what is left stays owed."""
        with self._news:
            self._stopped = True
            self._news.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        session = requests.Session()
        session.trust_env = False
        while (callback_id := self._next_due()) is not None:
            self._deliver_now(session, self._world.callbacks[callback_id])
        session.close()

    def _next_due(self) -> int | None:
        with self._news:
            while not self._stopped:
                if not self._due:
                    self._news.wait()
                elif (wait := self._due[0][0] - time.monotonic()) > 0:
                    self._news.wait(wait)
                else:
                    return heapq.heappop(self._due)[1]
            return None

    def _deliver_now(self, session: requests.Session, callback: Callback) -> None:
        for _ in range(self._config.callback_tries):
            if self._stopped:
                return
            result = self._try(session, callback)
            self._world.note_try(callback.callback_id, result)
            if result == "200":
                self._world.settle_callback(callback.callback_id, "delivered")
                return
        self._world.settle_callback(callback.callback_id, "given up")

    def _try(self, session: requests.Session, callback: Callback) -> str:
        query, body = self.wrap(callback)
        try:
            answer = session.post(
                self._config.callback_url,
                params=query,
                data=body.encode(),
                headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
                timeout=self._config.callback_timeout_seconds,
                allow_redirects=False,
            )
        except requests.Timeout:
            return "timeout"
        except requests.RequestException as error:
            return type(error).__name__
        return str(answer.status_code)

    def wrap(self, callback: Callback) -> tuple[dict[str, str], str]:
        """Returns the query and the body of one try: fresh timestamp and nonce, the same message inside."""
        config = self._config
        message: dict[str, str | int] = {
            "ToUserName": config.original_id,
            "FromUserName": callback.openid,
            **callback.body,
        }
        if callback.body.get("Event") == "TEMPLATESENDJOBFINISH":
            message["Status"] = self._world.settle_receipt(int(callback.body["MsgID"]), callback.openid)
        ciphertext = envelope.encrypt(envelope.to_xml(message), config.app_id, config.encoding_aes_key)
        timestamp, nonce = str(int(self._world.now().timestamp())), str(secrets.randbelow(10**10))
        query = {
            "signature": envelope.sign(config.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": callback.openid,
            "encrypt_type": "aes",
            "msg_signature": envelope.sign(config.token, timestamp, nonce, ciphertext),
        }
        return query, envelope.to_xml({"ToUserName": config.original_id, "Encrypt": ciphertext})

    def check_server(self) -> tuple[bool, str]:
        """Makes the GET check that saving the server address at WeChat makes: (passed, what came back)."""
        timestamp, nonce = str(int(self._world.now().timestamp())), str(secrets.randbelow(10**10))
        echo = str(secrets.randbelow(10**19))
        query = {
            "signature": envelope.sign(self._config.token, timestamp, nonce),
            "echostr": echo,
            "timestamp": timestamp,
            "nonce": nonce,
        }
        try:
            answer = requests.get(self._config.callback_url, params=query, timeout=5, proxies=NO_PROXIES)
        except requests.RequestException as error:
            return False, type(error).__name__
        return answer.status_code == 200 and answer.text == echo, f"{answer.status_code} {answer.text[:80]}"
