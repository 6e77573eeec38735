"""The notices file is read whole, and every fault in it stops the start with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.located_yaml import ConfigFault
from backend.adapters.wechat_wording import is_of_the_sandbox, read_replies, read_wording
from backend.domain.case import State
from backend.domain.notices import NoticeEvent
from backend.sandbox.wechat.config import read_templates
from backend.settings import CHECKOUT

CONFIG = CHECKOUT / "config"


def changed(folder: Path, old: str, new: str) -> Path:
    text = (CONFIG / "notices.zh-CN.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "notices.zh-CN.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def read_both(folder: Path) -> None:
    read_wording(folder)
    read_replies(folder)


def test_every_event_outcome_and_state_has_its_words() -> None:
    assert set(read_wording(CONFIG).templates) == set(NoticeEvent)
    assert set(read_replies(CONFIG).progress) == set(State)


def test_the_stand_in_holds_the_same_templates() -> None:
    wording = read_wording(CONFIG)

    assert set(read_templates(CONFIG / "notices.zh-CN.yaml")) == {one.template_id for one in wording.templates.values()}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 已提交}", "value: 已经提交好了}", "phrase3"),
        ("value: 已提交}", "value: done}", "phrase3"),
        ("value: 窗口人员会审核，有结果马上告诉您}", f"value: {'长' * 21}}}", "thing5"),
        ('value: "{case_number}"', 'value: "{id_number}"', "may only use the facts"),
        ('value: "{case_number}"', 'value: "{case_number!r}"', "may only use the facts"),
        ("name: thing2", "name: story2", "field type"),
        ("link: /cases/{case_id}", "link: /cases", "link"),
        ("link: /cases/{case_id}", "link: /cases{path}", "link"),
        ("link: /cases/{case_id}", "link: https://elsewhere.example/{case_id}", "link"),
        ("  refused:\n    template_id", "  renamed:\n    template_id", "'refused' is missing"),
        ("    draft: ", "    drafted: ", "'drafted' is not known here"),
        ("  granted: {phrase: 已办好", "  granted: {phrase: 已经都办好了", "phrase3"),
        ("{failing_count}处要改，改好", "{failing}处要改，改好", "may only use"),
        ("source:", "sauce:", "'sauce' is not known here"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = changed(tmp_path, old, new)

    with pytest.raises(ConfigFault, match=said) as fault:
        read_both(folder)

    assert fault.value.line > 0


def test_the_sandbox_s_templates_are_told_from_a_real_account_s(tmp_path: Path) -> None:
    text = (CONFIG / "notices.zh-CN.yaml").read_text(encoding="utf-8")
    (tmp_path / "notices.zh-CN.yaml").write_text(text.replace("sandbox-", "real-"), encoding="utf-8")

    assert is_of_the_sandbox(read_wording(CONFIG))
    assert not is_of_the_sandbox(read_wording(tmp_path))
