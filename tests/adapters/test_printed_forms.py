"""The prints themselves: the application form row by row against the plan's table, and what every letter has to say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from backend.adapters.forms import TypstForms
from backend.domain.actors import Role
from backend.domain.case import Case, Signature, State
from backend.domain.documents import PrintedForm
from backend.domain.review import Judgement, Opinion, Verdict
from backend.domain.routing import ItemState, RoutedItem
from backend.services.application_form import application_form
from backend.services.printed_notices import acceptance_receipt, correction_notice, refusal_notice
from backend.settings import CHECKOUT
from tests import pictures
from tests.adapters import pdf_text
from tests.domain.cases import AT, CLERK, SUPERVISOR, a_case, a_photo
from tests.domain.examples import answers as example_answers
from tests.domain.examples import rulebook

A4 = (595, 842)  # points
MAX_BYTES = 300_000
DOCS = CHECKOUT / "docs" / "application-form.md"
CODE = "23456789abcdefghjkmn"
LATE = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)

# 附件3 row by row in the plan's own wording (boxes as □), and how the row of this case is printed: √ for a ticked box.
ROWS: list[tuple[str, str]] = [
    ("屈原管理区企业职工“退休一件事一次办”联办申请表", "屈原管理区企业职工“退休一件事一次办”联办申请表"),
    ("姓名", "姓名王秀兰"),
    ("社会保障号（身份证号）", "社会保障号（身份证号）430681197603120021"),
    (
        "户籍所在地 省 市 县（市、区） 乡镇（街道） 村（社区）",
        "户籍所在地湖南省岳阳市屈原管理区县（市、区）营田镇乡镇（街道）槐花社区村（社区）",
    ),
    ("手机号码", "手机号码13812345678"),
    ("职工退休类型 □正常退休 □特殊工种提前退休 □病退", "职工退休类型√正常退休□特殊工种提前退休□病退"),
    ("参加工作时间", "参加工作时间1995年7月"),
    ("养老保险实际缴费月数（需打印个人权益单）", "养老保险实际缴费月数（需打印个人权益单）312个月"),
    ("是否申请城镇独生子女父母奖励金 □是 □否", "是否申请城镇独生子女父母奖励金√是□否"),
    ("申请办理资料 1.身份证 □是 □否", "申请办理资料1.身份证√是□否"),
    ("2.退休人员养老保险待遇核准", "2.退休人员养老保险待遇核准"),
    ("社保卡 □是 □否", "社保卡√是□否"),
    ("参保人员退休申报表 □是 □否", "参保人员退休申报表√是□否"),
    ("退休资格认定表 □是 □否", "退休资格认定表√是□否"),
    ("3.医疗保险费年限核定", "3.医疗保险费年限核定"),
    ("破产改制工龄补偿表 □是 □否", "破产改制工龄补偿表√是□否"),
    ("或其他佐证资料 □是 □否", "或其他佐证资料□是√否"),
    ("4.城镇独生子女父母奖励金资格核准", "4.城镇独生子女父母奖励金资格核准"),
    ("城镇独生子女父母奖励对象申请表 □是 □否", "城镇独生子女父母奖励对象申请表√是□否"),
    (
        "本人及配偶身份证（离异未再婚不提交配偶身份证） □是 □否",
        "本人及配偶身份证（离异未再婚不提交配偶身份证）√是□否",
    ),
    (
        "全家三口户口页（离异未再婚不提交配偶户口页） □是 □否",
        "全家三口户口页（离异未再婚不提交配偶户口页）√是□否",
    ),
    ("夫妻结婚证 □是 □否", "夫妻结婚证√是□否"),
    ("或其他婚姻关系证明 □是 □否", "或其他婚姻关系证明□是√否"),
    ("独生子女证 □是 □否", "独生子女证√是□否"),
    ("或其他独生子女证明文件 □是 □否", "或其他独生子女证明文件□是√否"),
    ("本人一寸免冠彩色近照 3 张 □是 □否", "本人一寸免冠彩色近照3张√是□否"),
    (
        "在屈原本地参保，但户籍在外地或后迁入屈原户籍的，还需提供原户籍地计划生育婚育证明 □是 □否",
        "在屈原本地参保，但户籍在外地或后迁入屈原户籍的，还需提供原户籍地计划生育婚育证明□是√否",
    ),
    ("养老保险申办事项 职工基本养老保险退休待遇发放 银行", "养老保险申办事项职工基本养老保险退休待遇发放银行"),
    ("开户银行", "开户银行中国农业银行"),
    ("账号", "账号6228480000000000018"),
    ("参保人员申请", "参保人员申请"),
    (
        "本人承诺通过“退休一件事一次办”办理业务，有义务确保所提交的所有材料及所填写的上述《屈原管理区企业职工“退休一件事"
        "一次办”联办申请表》信息真实合法，有效，同时管理好自己的银行帐号及密码。并承诺对因提交虚假材料、证件及填写的信息所"
        "引发的一切后果承担相应的法律责任。本人只领取一份养老金，如有重复领取养老金的，按有关政策、法规规定处理。",
        "本人承诺通过“退休一件事一次办”办理业务，有义务确保所提交的所有材料及所填写的上述《屈原管理区企业职工“退休一件事"
        "一次办”联办申请表》信息真实合法，有效，同时管理好自己的银行帐号及密码。并承诺对因提交虚假材料、证件及填写的信息所"
        "引发的一切后果承担相应的法律责任。本人只领取一份养老金，如有重复领取养老金的，按有关政策、法规规定处理。",
    ),
    ("申请人确认上述内容属实：（签名） 年 月 日", "申请人确认上述内容属实：（签名）2026年11月24日"),
    ("部门联办事项", "部门联办事项"),
    ("事项名称 申报方式选择", "事项名称申报方式选择"),
    ("养老保险待遇核准 □合并申报 □自行申报", "养老保险待遇核准√合并申报□自行申报"),
    ("医疗保险费征缴 □合并申报 □自行申报", "医疗保险费征缴√合并申报□自行申报"),
    ("城镇独生子女父母奖励金资格核准 □合并申报 □自行申报", "城镇独生子女父母奖励金资格核准√合并申报□自行申报"),
    (
        "退休人员住房公积金销户提取 □通过“岳阳住房公积金”微信公众号掌上办理",
        "退休人员住房公积金销户提取√通过“岳阳住房公积金”微信公众号掌上办理",
    ),
    ("□寄递服务", "√寄递服务"),
    ("邮政编码", "邮政编码414418"),
    ("联系电话", "联系电话13812345678"),
    ("快递地址", "快递地址屈原管理区营田镇某某路1号（王秀兰收）"),
    (
        "窗口审核意见 该同志提供资料齐全，同意受理。（签名） 年 月 日",
        "窗口审核意见该同志提供资料齐全，同意受理。（签名）陈窗口2026年11月24日",
    ),
    (
        "窗口主管意见 该同志提供资料齐全,同意办理。（签名） 年 月 日",
        "窗口主管意见该同志提供资料齐全，同意办理。（签名）何主管2026年11月26日",
    ),
]


# The end of a long answer, and what stands below its cell.
CELLS_IN_ORDER = [("买买买", "省"), ("村（社区）", "正常退休"), ("正常退休", "个月")]


@pytest.fixture(scope="module")
def forms() -> TypstForms:
    return TypstForms(CHECKOUT / "config")


@cache
def parsed(**changes: Any) -> dict[str, Any]:
    """Answers as the question graph keeps them."""
    given, graph, kept = example_answers(**changes), rulebook().graph, dict[str, Any]()
    while page := graph.open_page(kept):
        keys = {question.key for question in graph.page(page, kept).questions}
        kept |= graph.parse(page, {k: v for k, v in given.items() if k in keys}, kept, date(2026, 11, 24))
    return kept


def a_whole_case(state: State = State.SUBMITTED, **changes: Any) -> Case:
    """Signed and handed in with every photo; `changes` are answers."""
    case = a_case(state, number="QY-20261124-00017", answers=dict(parsed(**changes)), submitted_at=AT)
    for slot in rulebook().checklist(case.answers):
        kind = slot.kind or (slot.kinds[0][0] if slot.kinds else None)
        for part in slot.parts:
            if part.required and not slot.generated:
                photo = a_photo(slot.key, part.key, kind)
                case.photos[photo.id] = photo
    return case


def printed(forms: TypstForms, form: PrintedForm, content: dict[str, Any]) -> bytes:
    """The PDF, with a signature and a picture to scan as the service puts them in."""
    square = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9H0z"/></svg>'
    data = {**content, "code": CODE, "verify_svg": square}
    if content.get("signature"):
        data["signature"] = {**content["signature"], "png": pictures.signature()}
    return forms.render(form, data, AT)


def read(pdf: bytes) -> list[str]:
    """The text of each page in the order it was set, which is the order of the cells; without any space."""
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def bottom_of(page: pypdfium2.PdfTextPage, text: str) -> float:
    """How high over the foot of the page the last character of a text stands, in points."""
    return float(page.get_charbox(sum(found_at(page, text)) - 1)[1])


def top_of(page: pypdfium2.PdfTextPage, text: str) -> float:
    return float(page.get_charbox(found_at(page, text)[0])[3])


def found_at(page: pypdfium2.PdfTextPage, text: str) -> tuple[int, int]:
    """Where a text begins, and how many characters it has."""
    found: tuple[int, int] | None = page.search(text).get_next()
    assert found is not None, text
    return found


def the_form(forms: TypstForms, case: Case, helper: str | None = None) -> bytes:
    return printed(forms, PrintedForm.APPLICATION_FORM, application_form(case, rulebook(), helper))


# ── the application form ─────────────────────────────────────────────────────────────────────


def test_the_application_form_is_the_plans_table_row_by_row(forms: TypstForms) -> None:
    case = a_whole_case()
    case.clerk_opinion = Opinion("该同志提供资料齐全，同意受理。", CLERK.id, CLERK.name, AT)
    case.supervisor_opinion = Opinion("该同志提供资料齐全，同意办理。", SUPERVISOR.id, SUPERVISOR.name, LATE)

    text = "".join(read(the_form(forms, case)))

    place = 0
    for plan, print_ in ROWS:
        found = text.find(print_, place)
        assert found >= 0, (plan, print_, text[place : place + 200])
        place = found + len(print_)


def test_the_documents_show_the_plan_and_the_print_side_by_side() -> None:
    said = DOCS.read_text(encoding="utf-8")

    assert [plan for plan, print_ in ROWS if f"| {plan} | {print_} |" not in said] == []


def test_the_application_form_is_two_pages_of_a4_and_small(forms: TypstForms) -> None:
    pdf = the_form(forms, a_whole_case())

    sizes = [tuple(round(side) for side in page.get_size()) for page in pypdfium2.PdfDocument(pdf)]
    assert sizes == [A4, A4]
    assert pdf_text.pages(pdf) == 2
    assert len(pdf) <= MAX_BYTES
    assert the_form(forms, a_whole_case()) == pdf


def test_long_answers_are_set_smaller_and_the_form_keeps_its_two_pages(forms: TypstForms) -> None:
    case = a_whole_case(delivery_address="屈原管理区营田镇" + "某某路一百二十三号" * 12, bank_name="中国农业银行" * 8)
    case.answers["name"] = "阿" * 15 + "·" + "买" * 14
    case.answers["household_area"] |= {"village": "槐花" * 20, "town": "营田" * 20}
    case.clerk_opinion = Opinion("该同志提供资料齐全，同意受理。" * 33, CLERK.id, CLERK.name, AT)

    pdf = the_form(forms, case)

    pages = read(pdf)
    assert len(pages) == 2
    assert case.answers["name"] in pages[0]
    assert case.answers["delivery_address"] in pages[1]
    assert case.clerk_opinion.text in pages[1]
    first = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    edges = [(bottom_of(first, above), top_of(first, below)) for above, below in CELLS_IN_ORDER]
    assert [(above, below) for above, below in edges if above <= below] == []


def test_a_form_that_the_window_has_not_signed_says_so(forms: TypstForms) -> None:
    unsigned = read(the_form(forms, a_whole_case()))[1]

    assert unsigned.count("窗口签名后才算数，现在还没有签。（签名）年月日") == 2


def test_who_helped_is_said_where_the_signature_is(forms: TypstForms) -> None:
    case = a_whole_case()
    case.signature = Signature("k", "b" * 64, AT, Role.HELPER)

    page = read(the_form(forms, case, "刘建国"))[1]

    assert "由代办人刘建国在本人的微信里代为签名" in page


def test_divorced_and_self_filed_boxes(forms: TypstForms) -> None:
    case = a_whole_case(
        marital_status="divorced", retirement_filing="self", has_housing_fund="no", delivery="pick_up"
    )

    text = "".join(read(the_form(forms, case)))

    for said in (
        "本人及配偶身份证（离异未再婚不提交配偶身份证）√是□否",
        "夫妻结婚证□是√否",
        "或其他婚姻关系证明√是□否",
        "社保卡□是√否",
        "养老保险待遇核准□合并申报√自行申报",
    ):
        assert said in text
    assert "√通过“岳阳住房公积金”" not in text
    assert "√寄递服务" not in text


# ── the letters ──────────────────────────────────────────────────────────────────────────────


def an_accepted_case() -> Case:
    case = a_whole_case(State.APPROVED)
    case.items = {}
    case.supervisor_opinion = Opinion("同意", SUPERVISOR.id, SUPERVISOR.name, AT)
    for chosen in rulebook().chosen_items(case.answers):
        due = date(2026, 12, 8) if chosen.filing == "combined" else None
        codes = {"code": chosen.code, "department": chosen.department, "filing": chosen.filing}
        item = RoutedItem(id=a_photo().id, state=ItemState.ROUTED, routed_at=AT, due_on=due, **codes)
        case.items[item.id] = item
    return case


def a_failed_case() -> Case:
    case = a_whole_case(State.RETURNED)
    case.corrected_at, case.correction_note = AT, "有不明白的打电话问我们。"
    for subject, reason in (("slot:id_card", "blurred"), ("field:work_started_month", "differs_from_photo")):
        judgement = Judgement(subject, Verdict.FAIL, reason, None, 1, CLERK.id, CLERK.name, AT)
        case.judgements[subject] = judgement
    return case


def a_refused_case() -> Case:
    case = a_whole_case(State.REFUSED)
    case.closing_reason, case.changed_by = "您没有在屈原管理区参加企业职工基本养老保险。", CLERK.name
    return case


LETTERS: list[tuple[PrintedForm, dict[str, Any], tuple[str, ...]]] = [
    (
        PrintedForm.ACCEPTANCE_RECEIPT,
        acceptance_receipt(an_accepted_case(), rulebook()),
        (
            *("受理回执", "QY-20261124-00017", "区人社局12333", "2026年12月8日"),
            *("受理人何主管", "身份证（2张）", "查看进度"),
        ),
    ),
    (
        PrintedForm.CORRECTION_NOTICE,
        correction_notice(a_failed_case(), rulebook()),
        (
            "补正告知书",
            "有2处需要补正",
            "照片有点糊，字看不清。",
            "这里填的和材料上的不一样。",
            "窗口的话：有不明白的打电话问我们。",
            "怎么补",
            "5个工作日内审完",
            "补正没有截止日期",
            "工作日9:00–12:00，13:30–17:00",
            "经办人陈窗口",
        ),
    ),
    (
        PrintedForm.REFUSAL_NOTICE,
        refusal_notice(a_refused_case(), rulebook()),
        (
            "不予受理通知书",
            "您没有在屈原管理区参加企业职工基本养老保险。",
            "六十日内，依法向有权的行政复议机关申请行政复议",
            "六个月内，依法直接向有管辖权的人民法院提起行政诉讼",
            "经办人陈窗口",
        ),
    ),
]


@pytest.mark.parametrize(("form", "content", "said"), LETTERS, ids=[form for form, _, _ in LETTERS])
def test_a_letter_says_what_it_has_to_on_one_small_page(
    forms: TypstForms, form: PrintedForm, content: dict[str, Any], said: tuple[str, ...]
) -> None:
    pdf = printed(forms, form, content)

    [text] = read(pdf)
    assert [each for each in ("王秀兰：", CODE, "12345", "一、", *said) if each not in text] == []
    assert "屈原管理区行政审批服务局2026年11月24日" in text  # 落款: who, then the day
    assert len(pdf) <= MAX_BYTES
    assert printed(forms, form, content) == pdf


def test_every_page_of_every_form_can_be_seen_as_a_picture(forms: TypstForms) -> None:
    square = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9H0z"/></svg>'
    contents = [(form, content) for form, content, _ in LETTERS]
    contents.append((PrintedForm.APPLICATION_FORM, {**application_form(a_whole_case(), rulebook()), "signature": None}))

    seen = [
        Image.open(BytesIO(png)).convert("L")
        for form, content in contents
        for png in forms.pictures(form, {**content, "code": CODE, "verify_svg": square})
    ]

    assert [page.size for page in seen] == [(1240, 1754)] * 5
    inked = [sum(page.histogram()[:128]) / (page.width * page.height) for page in seen]
    assert [share for share in inked if not 0.01 < share < 0.2] == []  # with writing on it, neither empty nor black
