"""The /sandbox API: how tests and demonstrations act as people, look at chats and plan faults.

The server under test never calls it.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.courier import Courier
from backend.sandbox.wechat.people import Person, made_up_person
from backend.sandbox.wechat.records import Fault, Message
from backend.sandbox.wechat.world import World

LONGEST_WAIT_SECONDS = 30.0
RECEIPTS = ("success", "failed:user block", "failed: system failed")


def controls_blueprint(config: WechatConfig, world: World, courier: Courier) -> Blueprint:
    """Makes the routes under /sandbox. Waiting is done by long polling (`wait_seconds`), so nobody needs to sleep."""
    blueprint = Blueprint("controls", __name__, url_prefix="/sandbox")

    def found(key: str) -> Person:
        person = world.person(key)
        if person is None:
            abort(404, f"no such person: {key}")
        return person

    def view(person: Person) -> dict[str, Any]:
        openid = person.openid(config.app_id)
        state = {"openid": openid, "follows": world.following[openid], "receipt": world.receipts[openid]}
        return {**asdict(person), "born_on": person.born_on.isoformat(), **state}

    @blueprint.get("/healthz")
    def healthz() -> Response:
        """Says that the stand-in is up."""
        return jsonify(status="ok")

    @blueprint.get("/people")
    def people() -> Response:
        """Lists the people with their papers, openid and follow state."""
        return jsonify(people=[view(person) for person in world.people.values()])

    @blueprint.post("/people")
    def add_person() -> tuple[Response, int]:
        """Adds a person: {key, name, born_on, about?, sequence?, follows?}; a known key gives the one already there."""
        body = request.get_json()
        if world.person(body["key"]) is None:
            born_on = date.fromisoformat(body["born_on"])
            sequence = int(body.get("sequence", 20))
            about = body.get("about", "测试人员")
            world.add_person(made_up_person(body["key"], body["name"], about, born_on, sequence))
        person = found(body["key"])
        if body.get("follows"):
            courier.deliver(world.follow(person.openid(config.app_id)))
        return jsonify(view(person)), 201

    @blueprint.patch("/people/<key>")
    def change_person(key: str) -> Response:
        """Chooses what becomes of a person's pushes: {receipt}."""
        receipt = request.get_json()["receipt"]
        if receipt not in RECEIPTS:
            abort(422, f"receipt is one of {RECEIPTS}")
        world.choose_receipt(found(key).openid(config.app_id), receipt)
        return jsonify(view(found(key)))

    @blueprint.post("/people/<key>/follow")
    def follow(key: str) -> Response:
        """Follows the account as the person."""
        courier.deliver(world.follow(found(key).openid(config.app_id)))
        return jsonify(view(found(key)))

    @blueprint.post("/people/<key>/unfollow")
    def unfollow(key: str) -> Response:
        """Stops following as the person."""
        courier.deliver(world.unfollow(found(key).openid(config.app_id)))
        return jsonify(view(found(key)))

    @blueprint.post("/people/<key>/texts")
    def write(key: str) -> tuple[Response, int]:
        """Writes {text} to the account as the person."""
        callback_id = world.write(found(key).openid(config.app_id), str(request.get_json()["text"]))
        courier.deliver(callback_id)
        return jsonify(callback_id=callback_id), 201

    @blueprint.get("/people/<key>/chat")
    def chat(key: str) -> Response:
        """Gives the chat; waits up to `wait_seconds` until it holds `at_least` messages of the `kind` (default any)."""
        messages = world.chats[found(key).openid(config.app_id)]
        kind, at_least = request.args.get("kind", ""), request.args.get("at_least", 0, type=int)

        def chosen() -> list[Message]:
            return [one for one in messages if not kind or one.kind == kind]

        world.wait_for(lambda: len(chosen()) >= at_least, _wait_seconds())
        with world.changed:
            return jsonify(messages=[{**asdict(one), "at": one.at.isoformat()} for one in chosen()])

    @blueprint.get("/callbacks")
    def callbacks() -> Response:
        """Lists the callbacks and their tries; waits up to `wait_seconds` until none is owed."""
        settled = world.wait_for(lambda: not world.owed_callbacks(), _wait_seconds())
        with world.changed:
            return jsonify(settled=settled, callbacks=[asdict(one) for one in world.callbacks.values()])

    @blueprint.post("/callbacks/<int:callback_id>/redelivery")
    def redeliver(callback_id: int) -> tuple[Response, int]:
        """Delivers the same event once more."""
        if callback_id not in world.callbacks:
            abort(404)
        again = world.owe_again(callback_id)
        courier.deliver(again)
        return jsonify(callback_id=again), 201

    @blueprint.post("/callback-check")
    def check_server() -> Response:
        """Makes the GET check that saving the server's address at WeChat makes."""
        passed, detail = courier.check_server()
        return jsonify(passed=passed, detail=detail)

    @blueprint.post("/faults")
    def plan_fault() -> tuple[Response, int]:
        """Plans a fault: {endpoint, times, errcode | http_status | lose_answer | hold_seconds}."""
        with world.changed:
            world.faults.append(Fault(**request.get_json()))
        return jsonify(planned=len(world.faults)), 201

    @blueprint.delete("/faults")
    def forget_faults() -> Response:
        """Forgets all planned faults."""
        with world.changed:
            world.faults.clear()
        return jsonify(planned=0)

    @blueprint.post("/tokens/revocation")
    def revoke_tokens() -> Response:
        """Makes every access token invalid at once."""
        world.revoke_tokens()
        return jsonify(revoked=True)

    @blueprint.get("/settings")
    def settings() -> Response:
        """Gives the settings that can be changed while it runs."""
        return jsonify(receipt_delay_seconds=courier.receipt_delay_seconds)

    @blueprint.patch("/settings")
    def change_settings() -> Response:
        """Changes {receipt_delay_seconds}."""
        courier.receipt_delay_seconds = float(request.get_json()["receipt_delay_seconds"])
        return settings()

    return blueprint


def _wait_seconds() -> float:
    return min(request.args.get("wait_seconds", 0.0, type=float), LONGEST_WAIT_SECONDS)
