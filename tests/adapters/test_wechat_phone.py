"""The stand-in's phone page in a real browser: follow, read a push, tap it, write and be answered, at three widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, expect

from tests.sandbox_wechat import APP_ID, TEMPLATES, MovableClock, Wechat, a_clock, a_config, running_wechat, served

pytestmark = pytest.mark.browser

RETURNED = next(one for one in TEMPLATES.values() if one.title == "材料补正通知")
VALUES = ("QY-20261124-00017", "刘**", "待补正", "2026年11月24日 10:05", "有2处要改，点这里逐项改好")


def an_h5() -> Flask:
    """A page that signs in by WeChat, as the H5 does, and says with which code it came back."""
    app = Flask("pages_of_a_stranger")

    @app.get("/api/identity/wechat/start")
    def start() -> Response:
        back = f"{request.host_url}back?next={request.args['next']}"
        asked = f"appid={APP_ID}&redirect_uri={back}&response_type=code&scope=snsapi_base&state=s"
        return Response(status=302, headers={"Location": f"{app.config['wechat']}/connect/oauth2/authorize?{asked}"})

    @app.get("/back")
    def back() -> str:
        return f"<h1>{request.args['next']}</h1><p>{request.args['code']}</p>"

    @app.post("/wechat/callback")
    def callback() -> str:
        return "success"

    return app


@pytest.fixture
def clock() -> MovableClock:
    return a_clock()


@pytest.fixture
def wechat(tmp_path: Path, clock: MovableClock) -> Iterator[Wechat]:
    h5 = an_h5()
    with (
        served(h5) as url,
        running_wechat(a_config(tmp_path, f"{url}/wechat/callback", h5_public_url=url), clock) as running,
    ):
        h5.config["wechat"] = running.url
        yield running


@pytest.fixture(params=[(360, 740), (320, 640), (1280, 860)], ids=["phone", "small", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    yield context.new_page()
    context.close()


def send_push(wechat: Wechat, key: str) -> None:
    data = {name: {"value": value} for (name, _), value in zip(RETURNED.fields, VALUES, strict=True)}
    message = {"touser": wechat.openid(key), "template_id": RETURNED.template_id, "data": data}
    link = f"{wechat.config.h5_public_url}/api/identity/wechat/start?next=/cases/1"
    wechat.post(f"/cgi-bin/message/template/send?access_token={wechat.token()}", {**message, "url": link})


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_she_follows_reads_a_push_and_opens_its_page_as_herself(page: Page, wechat: Wechat) -> None:
    page.goto(wechat.url)
    assert fits(page)
    page.get_by_role("link", name="刘桂莹").click()
    page.get_by_role("button", name="关注", exact=True).click()
    expect(page.get_by_text("您已关注本服务号")).to_be_visible()

    send_push(wechat, "liu-guiying")
    expect(page.get_by_text("有2处要改，点这里逐项改好")).to_be_visible()
    assert fits(page)
    page.get_by_text("查看详情").click()

    expect(page.get_by_role("heading", name="/cases/1")).to_be_visible()
    code = wechat.app.extensions["wechat_world"].codes[page.locator("p").inner_text()]
    assert code.openid == wechat.openid("liu-guiying")


def test_she_writes_and_is_answered_with_a_link(page: Page, wechat: Wechat) -> None:
    wechat.post("/sandbox/people/liu-guiying/follow")
    page.goto(f"{wechat.url}/phone/liu-guiying")
    page.get_by_label("发消息").fill("进度")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".mine .bubble")).to_have_text("进度")

    text = f'正在办。<a href="{wechat.config.h5_public_url}/api/identity/wechat/start?next=/cases/2">点这里看详情</a>'
    message = {"touser": wechat.openid("liu-guiying"), "msgtype": "text", "text": {"content": text}}
    wechat.post(f"/cgi-bin/message/custom/send?access_token={wechat.token()}", message)
    page.get_by_role("link", name="点这里看详情").click()

    expect(page.get_by_role("heading", name="/cases/2")).to_be_visible()


def test_the_menu_opens_the_service_with_or_without_following(page: Page, wechat: Wechat) -> None:
    page.goto(f"{wechat.url}/phone/li-xiulan")
    page.get_by_role("link", name="先不关注").click()
    expect(page.get_by_role("heading", name="/", exact=True)).to_be_visible()

    page.goto(f"{wechat.url}/phone/chen-jianguo")
    page.get_by_role("button", name="关注", exact=True).click()
    page.get_by_role("link", name="退休一件事", exact=True).click()

    code = wechat.app.extensions["wechat_world"].codes[page.locator("p").inner_text()]
    assert code.openid == wechat.openid("chen-jianguo")
