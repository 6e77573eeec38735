"""The mini-program's shell is whole, carries no account, and opens an address that the API serves.

What WeChat alone can show (a real web-view, its domains, its sign-in) is not tested here: miniprogram_stub/README.md.
"""

from __future__ import annotations

import json
import re

from backend.api.callers import SIGN_IN_PATH
from backend.settings import CHECKOUT

SHELL = CHECKOUT / "miniprogram_stub"
ROOT = SHELL / "miniprogram"


def test_every_page_has_its_four_files() -> None:
    pages = json.loads((ROOT / "app.json").read_text(encoding="utf-8"))["pages"]
    files = [ROOT / f"{page}.{ending}" for page in pages for ending in ("ts", "wxml", "wxss", "json")]

    assert files
    assert [str(path) for path in files if not path.exists()] == []


def test_no_account_is_in_it() -> None:
    assert "appid" not in json.loads((SHELL / "project.config.json").read_text(encoding="utf-8"))


def test_it_opens_the_sign_in_of_the_api_over_https() -> None:
    address = (ROOT / "h5.ts").read_text(encoding="utf-8")

    assert f"${{H5_ORIGIN}}{SIGN_IN_PATH}?next=" in address
    assert re.search(r"H5_ORIGIN = 'https://[a-z.]+'", address)


def test_its_lock_file_holds_no_address() -> None:
    assert "://" not in (SHELL / "package-lock.json").read_text(encoding="utf-8")
