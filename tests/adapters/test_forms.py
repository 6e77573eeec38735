"""PDFs: what is printed can be read back, the same data gives the same bytes, and a name is never markup."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.adapters.forms import TypstForms
from tests.adapters import pdf_text

AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
LETTER = """
#import "/paper.typ": *
#let data = json(bytes(sys.inputs.data))
#show: paper.with(title: data.title, foot: data.title)
= #data.title
#data.name
"""


@pytest.fixture
def forms(tmp_path: Path) -> TypstForms:
    """The real paper with one letter on it."""
    folder = tmp_path / "forms"
    folder.mkdir()
    real = Path(__file__).parents[2] / "config" / "forms" / "paper.typ"
    (folder / "paper.typ").write_text(real.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "letter.typ").write_text(LETTER, encoding="utf-8")
    return TypstForms(tmp_path)


def test_what_is_printed_can_be_read_back(forms: TypstForms) -> None:
    pdf = forms.render("letter", {"title": "授权书", "name": "王秀兰"}, AT)

    assert pdf.startswith(b"%PDF-")
    assert pdf_text.pages(pdf) == 1
    assert set("授权书王秀兰") <= pdf_text.characters(pdf)


def test_the_same_data_and_moment_give_the_same_bytes(forms: TypstForms) -> None:
    letter = {"title": "授权书", "name": "王秀兰"}

    first = forms.render("letter", letter, AT)

    assert forms.render("letter", letter, AT) == first
    assert forms.render("letter", {**letter, "name": "王秀英"}, AT) != first


def test_threads_set_their_forms_side_by_side(forms: TypstForms) -> None:
    letters = [{"title": "授权书", "name": name} for name in ("王秀兰", "李建国", "张桂芳", "刘志强") * 4]

    with ThreadPoolExecutor(4) as threads:
        pdfs = list(threads.map(lambda letter: forms.render("letter", letter, AT), letters))

    assert pdfs == [forms.render("letter", letter, AT) for letter in letters]


@pytest.mark.parametrize("name", ['#read("/etc/passwd")', "= 标题", "$x$", "*王*秀兰", "\\#", "王<秀>兰"])
def test_a_name_is_text_and_never_markup(forms: TypstForms, name: str) -> None:
    pdf = forms.render("letter", {"title": "授权书", "name": name}, AT)

    assert set(name) - {" "} <= pdf_text.characters(pdf)
    assert b"root:" not in b"".join(pdf_text.streams(pdf))


def test_a_character_without_a_glyph_is_marked_and_named(forms: TypstForms) -> None:
    pdf = forms.render("letter", {"title": "授权书", "name": "王\U00020bb7兰"}, AT)

    shown = pdf_text.characters(pdf)
    assert set("王〓兰") <= shown
    assert set("U+20BB7") <= shown
    assert "\U00020bb7" not in shown
