"""Everything config says, read once at start: the rules and the wording, and the questions a use case puts to them.

The files are read and checked by adapters/policy_files.py; nothing here reads one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.domain import items as choosing
from backend.domain import materials as listing
from backend.domain.absences import PromiseRules
from backend.domain.answers import Answers
from backend.domain.chosen_month import months_to_choose, unlawful_choices
from backend.domain.circumstances import circumstances_of, medical_months_of
from backend.domain.deadlines import WorkCalendar
from backend.domain.items import ChosenItem, Department, Item, ItemCode, Office
from backend.domain.materials import Checklist, MaterialRules
from backend.domain.medical import MedicalYears, medical_years
from backend.domain.people import Month
from backend.domain.policy import Policy
from backend.domain.questions import QuestionGraph
from backend.domain.retirement import Circumstances, Eligibility, WayForward, eligibility
from backend.domain.retirement_month import Window, plan_of
from backend.domain.rule_checks import RuleCheck, rule_checks


class VersionUnreadable(Exception):
    """A version of config that was kept, and that this release cannot read any more: file, line, what is wrong."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A versioned text a person agrees to: the notice, a consent, the commitment."""

    key: str
    version: str
    title: str
    paragraphs: tuple[str, ...]
    department: Department | None = None
    items: tuple[ItemCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Consents:
    """告知书, one separate consent per department (《个人信息保护法》第二十三、二十九条), and the form's commitment."""

    notice: Statement
    departments: tuple[Statement, ...]
    commitment: Statement

    def needed_for(self, chosen: tuple[ChosenItem, ...]) -> tuple[Statement, ...]:
        """The notice, and the consent of each department that gets a combined item."""
        routed_to = {item.department for item in chosen if item.filing is choosing.Filing.COMBINED}
        return (self.notice, *(consent for consent in self.departments if consent.department in routed_to))


@dataclass(frozen=True, slots=True)
class GuideSection:
    """A heading and what stands under it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemGuide:
    """自行申报 or hand-over guide of one item: what to bring and the steps; office and limit come from the item."""

    item: ItemCode
    title: str
    bring: tuple[str, ...]
    steps: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call, and when."""

    name: str
    phone: str
    hours: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class ServiceGuideWords:
    """What the published guide (办事指南) says of all items alike. `process` is in order."""

    title: str
    issuer: str
    who_it_is_for: tuple[str, ...]
    who_may_file: tuple[str, ...]
    ways_to_file: tuple[str, ...]
    fee: str
    process: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """办事指南: the start page, the published guide's words, the guides per item, the words for each way forward."""

    version: str
    source: str
    title: str
    sections: tuple[GuideSection, ...]
    contacts: tuple[Contact, ...]
    service: ServiceGuideWords
    item_guides: Mapping[ItemCode, ItemGuide]
    ways_forward: Mapping[WayForward, GuideSection]


@dataclass(frozen=True, slots=True)
class CannotProceed:
    """One of the four 无法办理 checks: what the clerk asks, and what the person hears when the answer is yes."""

    key: str
    question: str
    label: str
    office: str
    phone: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class FailReason:
    """Why a slot or a field does not pass, in words the person can act on."""

    key: str
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checks:
    """The clerk's checks and the reasons to choose from."""

    cannot_proceed: tuple[CannotProceed, ...]
    photo_reasons: tuple[FailReason, ...]
    reasons_by_slot: Mapping[str, tuple[FailReason, ...]]
    field_reasons: tuple[FailReason, ...]

    def reasons_for(self, slot_key: str) -> tuple[FailReason, ...]:
        """The reasons for one slot: its own first, then those of every photo."""
        return (*self.reasons_by_slot.get(slot_key, ()), *self.photo_reasons)

    def sentence(self, subject: str, reason_code: str | None, note: str | None) -> str:
        """What the person reads about a failed `slot:…` or `field:…`: the reason's sentence, then the clerk's note."""
        kind, _, key = subject.partition(":")
        reasons = self.reasons_for(key) if kind == "slot" else self.field_reasons
        said = next((reason.sentence for reason in reasons if reason.key == reason_code), "")
        return " ".join(part for part in (said, note or "") if part)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person may do against a decision: whom to ask (`body`), within how long, by which law; in words."""

    body: str
    within: str
    law: str


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """What 不予受理通知书 says beside the reason. `status` says who has yet to confirm it."""

    clause: str
    review: Remedy
    lawsuit: Remedy
    status: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The district's rules and wording. `content_hash` (SHA-256 over every file) names exactly this state of them."""

    policy: Policy
    graph: QuestionGraph
    materials: MaterialRules
    items: Mapping[ItemCode, Item]
    offices: Mapping[Department, Office]
    service_centre: Contact
    consents: Consents
    guide: Guide
    checks: Checks
    calendar: WorkCalendar
    promises: PromiseRules
    refusal: RefusalWords
    content_hash: str

    def chosen_items(self, answers: Answers) -> tuple[ChosenItem, ...]:
        """The items these answers choose; irrelevant answers are left out first."""
        return choosing.chosen_items(self.graph.effective(answers), self.items)

    def checklist(self, answers: Answers) -> Checklist:
        """The slots these answers call for; irrelevant answers are left out first."""
        return self.checklist_of(self.graph.effective(answers), answers)

    def checklist_of(self, effective: Answers, answers: Answers) -> Checklist:
        """The same where the relevant answers are known. The form that is signed on paper is scanned like the rest."""
        found = listing.checklist(effective, self.materials)
        return listing.printed(found) if answers.get(listing.SIGNS_ON_PAPER) else found

    def item(self, code: str) -> Item:
        """An item by its wire value. Raises ValueError for a code that is none of the seven."""
        return self.items[ItemCode(code)]

    def fields_for(self, department: Department) -> frozenset[str]:
        """The question keys whose answers a department's officers may see."""
        return self.offices[department].fields

    def months_to_choose(self, answers: Answers) -> Window | None:
        """The months that her timing leaves her to retire in; None while nothing is to be chosen."""
        return months_to_choose(self.graph.effective(answers), self.policy)

    def unlawful_choices(self, answers: Answers) -> Mapping[str, str]:
        """Question key → why the answer cannot stand by the policy in force."""
        return unlawful_choices(self.graph.effective(answers), self.policy)

    def circumstances(self, answers: Answers) -> Circumstances | None:
        """What she stated of her retirement; None while something of it is unanswered."""
        return circumstances_of(self.graph.effective(answers))

    def eligibility(self, answers: Answers, filing_month: Month) -> Eligibility | None:
        """Whether the person can retire in the filing month; None while something needed is unanswered."""
        stated = self.circumstances(answers)
        return eligibility(stated, filing_month, self.policy) if stated else None

    def rule_checks(self, answers: Answers, filing_month: Month) -> tuple[RuleCheck, ...]:
        """Every check of the law that the clerk sees; none while something needed is unanswered."""
        stated = self.circumstances(answers)
        medical = medical_months_of(self.graph.effective(answers))
        return rule_checks(stated, filing_month, self.policy, medical) if stated else ()

    def medical_years(self, answers: Answers, filing_month: Month) -> MedicalYears | None:
        """What the 医保 asks for in her year of retirement; None while the months or the retirement are not stated."""
        effective = self.graph.effective(answers)
        stated, medical = circumstances_of(effective), medical_months_of(effective)
        if stated is None or medical is None:
            return None
        retires_in = plan_of(stated, filing_month, self.policy).retires_in
        return medical_years(stated.sex, medical, retires_in, self.policy)
