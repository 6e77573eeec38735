"""The phones people look at: who they are, the chat with the service account, and the way from there into the H5."""

import html
import re
from datetime import timedelta, timezone

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from backend.sandbox.wechat.config import WechatConfig
from backend.sandbox.wechat.courier import Courier
from backend.sandbox.wechat.people import Person
from backend.sandbox.wechat.protocol import PERSON_COOKIE
from backend.sandbox.wechat.records import Message
from backend.sandbox.wechat.world import World

SHANGHAI = timezone(timedelta(hours=8))
MENU_PATH = "/api/identity/wechat/start?next=/"
RECEIPT_CHOICES = (
    ("success", "收得到"),
    ("failed:user block", "收不到：本人拒收了"),
    ("failed: system failed", "收不到：微信系统出错"),
)
LINK = re.compile(r"""<a href=["']([^"']+)["']>(.*?)</a>""")


def pieces(message: Message) -> list[tuple[str, str]]:
    """Splits a customer-service message at its links, as WeChat shows them: (text, address or empty)."""
    split: list[tuple[str, str]] = []
    end = 0
    for link in LINK.finditer(message.text):
        split += [(message.text[end : link.start()], ""), (link[2], html.unescape(link[1]))]
        end = link.end()
    return [*split, (message.text[end:], "")]


def phone_blueprint(config: WechatConfig, world: World, courier: Courier) -> Blueprint:
    """Makes the pages: / lists the phones, /phone/<person> is one of them."""
    blueprint = Blueprint("phone", __name__)

    def holder(key: str) -> Person:
        person = world.person(key)
        if person is None:
            abort(404)
        return person

    def openid_of(key: str) -> str:
        return holder(key).openid(config.app_id)

    def message_of(key: str, message_id: int) -> Message:
        message = next((one for one in world.chats[openid_of(key)] if one.message_id == message_id), None)
        if message is None:
            abort(404)
        return message

    def back_to(key: str) -> Response:
        return make_response(redirect(url_for("phone.show", key=key), 303))

    def go_as(person: Person, address: str) -> Response:
        """Leaves for a page as WeChat on this phone would: signed in as its holder."""
        answer = make_response(redirect(address, 303))
        answer.set_cookie(PERSON_COOKIE, person.key, httponly=True, samesite="Lax")
        return answer

    @blueprint.app_template_filter("local")
    def local(message: Message) -> str:
        """Writes a message's moment as a chat does: month, day and time in the district."""
        moment = message.at.astimezone(SHANGHAI)
        return f"{moment.month}月{moment.day}日 {moment:%H:%M}"

    blueprint.add_app_template_filter(pieces)

    @blueprint.get("/")
    def phones() -> str:
        """Lists the phones."""
        return render_template(
            "phones.html",
            account=config.account_name,
            people=[(person, world.following[openid]) for openid, person in world.people.items()],
            today=world.now().astimezone(SHANGHAI).date(),
        )

    @blueprint.get("/phone/<key>")
    def show(key: str) -> str:
        """Shows one phone with its chat."""
        person, openid = holder(key), openid_of(key)
        return render_template(
            "phone.html",
            account=config.account_name,
            person=person,
            follows=world.following[openid],
            receipt=world.receipts[openid],
            receipt_choices=RECEIPT_CHOICES,
            messages=seen_in_chat(openid),
            today=world.now().astimezone(SHANGHAI).date(),
        )

    @blueprint.get("/phone/<key>/chat")
    def chat(key: str) -> Response:
        """Gives the chat alone, for a page that looks again every moment; 304 while nothing is new."""
        answer = make_response(render_template("chat.html", person=holder(key), messages=seen_in_chat(openid_of(key))))
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    def seen_in_chat(openid: str) -> list[Message]:
        with world.changed:
            return [one for one in world.chats[openid] if not one.receipt.startswith("failed")]

    @blueprint.post("/phone/<key>/follow")
    def follow(key: str) -> Response:
        """Follows the account."""
        courier.deliver(world.follow(openid_of(key)))
        return back_to(key)

    @blueprint.post("/phone/<key>/unfollow")
    def unfollow(key: str) -> Response:
        """Stops following the account."""
        courier.deliver(world.unfollow(openid_of(key)))
        return back_to(key)

    @blueprint.post("/phone/<key>/texts")
    def write(key: str) -> Response:
        """Sends what was typed, if anything was."""
        text = request.form.get("text", "").strip()
        if text:
            courier.deliver(world.write(openid_of(key), text))
        return back_to(key)

    @blueprint.post("/phone/<key>/receipt")
    def choose_receipt(key: str) -> Response:
        """Chooses what becomes of this person's pushes from now on."""
        receipt = request.form.get("receipt", "")
        if receipt not in dict(RECEIPT_CHOICES):
            abort(422)
        world.choose_receipt(openid_of(key), receipt)
        return back_to(key)

    @blueprint.get("/phone/<key>/menu")
    def open_menu(key: str) -> Response:
        """Opens the menu entry 退休一件事 in this person's WeChat."""
        return go_as(holder(key), config.h5_public_url + MENU_PATH)

    @blueprint.get("/phone/<key>/messages/<int:message_id>")
    def open_message(key: str, message_id: int) -> Response:
        """Opens the page a push leads to, in this person's WeChat."""
        address = message_of(key, message_id).url
        return go_as(holder(key), address) if address else abort(404)

    @blueprint.get("/phone/<key>/messages/<int:message_id>/links/<int:place>")
    def open_link(key: str, message_id: int, place: int) -> Response:
        """Opens a link inside a customer-service message, in this person's WeChat."""
        found = pieces(message_of(key, message_id))
        if place >= len(found) or not found[place][1]:
            abort(404)
        return go_as(holder(key), found[place][1])

    return blueprint
