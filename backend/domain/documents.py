"""Official documents (办理文书) of a case: the form she signed, and what the window tells her in writing, each a PDF.

What stands on one is fixed when it is ordered, in the transaction of what it tells of; the PDF is made after. How it
looks is in config/forms, what is printed in services/printed_forms.py.
Source: 联办申请表（附件3）; for the notices, what the window tells a person in writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

# Without 0 O 1 I l: people copy a code from paper. 20 of 31 characters are 99 bits.
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 20


class PrintedForm(StrEnum):
    """Which document it is; the values are the wire and database values and name the template in config/forms."""

    APPLICATION_FORM = "application_form"  # 联办申请表
    ACCEPTANCE_RECEIPT = "acceptance_receipt"  # 受理回执
    CORRECTION_NOTICE = "correction_notice"  # 补正告知书
    REFUSAL_NOTICE = "refusal_notice"  # 不予受理通知书


FORM_LABELS: dict[PrintedForm, str] = {
    PrintedForm.APPLICATION_FORM: "联办申请表",
    PrintedForm.ACCEPTANCE_RECEIPT: "受理回执",
    PrintedForm.CORRECTION_NOTICE: "补正告知书",
    PrintedForm.REFUSAL_NOTICE: "不予受理通知书",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a case, ordered in one round of review. `code` is what anybody who holds the paper asks by.

    SHA-256 and size in bytes of the PDF, how many pages it has, and the moment come when it is made.
    """

    id: UUID
    case_id: UUID
    form: PrintedForm
    round: int
    code: str
    ordered_at: datetime
    sha256: str | None = None
    bytes: int | None = None
    pages: int | None = None
    made_at: datetime | None = None

    @property
    def is_made(self) -> bool:
        return self.made_at is not None

    @property
    def key(self) -> str:
        """Where its PDF is in the evidence bucket."""
        return f"cases/{self.case_id}/documents/{self.id}/{self.form}.pdf"

    def page_key(self, number: int) -> str:
        """Where the picture of a page is, from 1 on."""
        return f"cases/{self.case_id}/documents/{self.id}/page-{number}.png"

    def made(self, sha256: str, size: int, pages: int, at: datetime) -> "Document":
        """The same document, with its PDF."""
        return replace(self, sha256=sha256, bytes=size, pages=pages, made_at=at)


def newer_than(document: Document, others: Sequence[Document]) -> Document | None:
    """The newest document of the same form that was ordered after this one, if there is one."""
    later = [
        each
        for each in others
        if (each.case_id, each.form) == (document.case_id, document.form) and each.ordered_at > document.ordered_at
    ]
    return max(later, key=lambda each: each.ordered_at, default=None)


def number_masked(number: str) -> str:
    """A case number of which its holder recognises the day and the end: QY-20261124-***17."""
    return f"{number[:-5]}***{number[-2:]}"
