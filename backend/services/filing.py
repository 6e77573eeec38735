"""Filing (申报): what an applicant does with her case, from the first answer to the last report.

Photos and the signature are in materials.py, sign-in in identity.py.
"""

from collections.abc import Mapping
from datetime import date
from string import ascii_lowercase
from typing import Any
from uuid import UUID, uuid4

from backend.domain.actors import Actor, Role
from backend.domain.authorisation import Side, same_name
from backend.domain.case import CLOSED, EDITABLE, Case, State, SubmissionTerms
from backend.domain.documents import PrintedForm
from backend.domain.errors import AnswersInvalid, AuthorisedNameDiffers, ConsentMissing, NotEligibleYet, NotFound
from backend.domain.evaluation import evaluate
from backend.domain.items import Filing as FilingWay
from backend.domain.materials import missing_labels
from backend.domain.notices import NoticeEvent
from backend.domain.people import Month
from backend.domain.precheck import carried_over
from backend.domain.retirement import ContributionShort, TooEarly
from backend.domain.routing import ItemAction
from backend.domain.rulebook import Rulebook
from backend.services.announcements import Announcements
from backend.services.authorisation_view import home_row
from backend.services.authorised_cases import join
from backend.services.consenting import keep_consents, must_consent
from backend.services.documents import Documents
from backend.services.eligibility_view import her_eligibility_view
from backend.services.filing_view import (
    View,
    filing_view,
    missing_photos,
    unmended_fields,
)
from backend.services.guide_view import areas_view, guide_view
from backend.services.home_view import case_summary
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock, Screens, Seals, Store, Transaction
from backend.services.progress_view import progress_view
from backend.services.question_views import MASKED_TO_HERSELF
from backend.services.reminders import Reminders
from backend.services.repeats import is_repeat
from backend.services.wording import iso

MESSAGES_SHOWN = 50
HERSELF_FIRST = "告知书有了新的版本，请申请人先在自己的微信里打开“退休一件事”，看过告知书，您再接着办。"


class Filing:
    """The applicant's use cases."""

    def __init__(
        self,
        *,
        store: Store,
        screens: Screens,
        clock: Clock,
        seals: Seals,
        rulebook: Rulebook,
        announcements: Announcements,
        documents: Documents,
        reminders: Reminders,
        policy_versions: PolicyVersions,
        notice_titles: Mapping[str, str],
    ) -> None:
        self._store = store
        self._screens = screens
        self._clock = clock
        self._seals = seals
        self._rulebook = rulebook
        self._announcements = announcements
        self._documents = documents
        self._reminders = reminders
        self._versions = policy_versions
        self._notice_titles = notice_titles
        self._guide = guide_view(rulebook)

    def guide(self) -> View:
        """办事指南, with every text that is agreed to. Open to anyone."""
        return self._guide

    def areas(self) -> View:
        """The district's part of the 户籍 picker. Open to anyone."""
        return areas_view(self._rulebook)

    def home(self, actor: Actor) -> View:
        """Her open case, the closed ones, whom she helps and who helps her, and what we told her."""
        today = self._clock.today()
        summaries = [case_summary(row, self._rulebook, today) for row in self._screens.cases_of(actor.id)]
        current = [s for s in summaries if s["state"] not in CLOSED]
        helping = self._screens.authorisations_of(actor.id)
        return {
            "case": current[0] if current else None,
            "closed_cases": [s for s in summaries if s["state"] in CLOSED and s["number"]],
            "authorisations": [home_row(row, actor, self._rulebook, today) for row in helping],
            "messages": [self._message(row) for row in self._screens.messages_of(actor.id, MESSAGES_SHOWN)],
        }

    def start(
        self, actor: Actor, consents: Mapping[str, str], notice_version: str, precheck: Mapping[str, str] | None = None
    ) -> tuple[View, bool]:
        """Opens a draft under the consents given, or gives back the case she may still change; and whether it is new.

        A new draft begins with what the pre-check already asked. Raises ConsentMissing when the notice was not read, or
        a consent is not of the version in force; AnswersInvalid.
        """
        at = self._clock.now()
        begun = carried_over(precheck or {}, self._rulebook.graph)
        must_consent(self._rulebook, consents, notice_version)
        with self._store.begin() as tx:
            tx.people.lock(actor.id)  # two taps at once open one draft
            keep_consents(tx, self._rulebook, actor.id, consents, notice_version, at)
            open_id = tx.cases.open_of(actor.id)
            case = tx.cases.read(open_id) if open_id else None
            is_new = case is None or case.state not in EDITABLE
            if case is None or is_new:
                case = Case(id=uuid4(), applicant_id=actor.id, created_at=at, changed_at=at, answers=begun)
                tx.cases.add(case)
                if authorisation := tx.authorisations.active_of(actor.id):
                    join(tx, case, authorisation, actor, at)
            return self._view(tx, case, actor), is_new

    def start_for(self, person: Actor, authorisation_id: UUID) -> tuple[View, bool]:
        """As a helper: opens a draft for the applicant, or gives back the case she has running; and whether it is new.

        Raises NotFound unless the authorisation is active and this person's; ConsentMissing when the applicant has not
        read the notice that is in force now.
        """
        at = self._clock.now()
        with self._store.begin() as tx:
            authorisation = tx.authorisations.load(authorisation_id)
            if not authorisation.is_active or authorisation.side_of(person) is not Side.HELPER:
                raise NotFound
            applicant_id, actor = _known(authorisation.applicant_id), authorisation.helper
            tx.people.lock(applicant_id)
            notice = self._rulebook.consents.notice
            if tx.people.consents(applicant_id).get(notice.key) != notice.version:
                raise ConsentMissing(HERSELF_FIRST, missing=[notice.key])
            open_id = tx.cases.open_of(applicant_id)
            case = tx.cases.read(open_id) if open_id else None
            is_new = case is None
            if case is None:
                case = Case(uuid4(), applicant_id, created_at=at, changed_at=at, changed_by=actor.name)
                tx.cases.add(case)
            join(tx, case, authorisation, actor, at)
            return self._view(tx, case, actor), is_new

    def view(self, actor: Actor, case_id: UUID) -> View:
        """Raises NotFound."""
        with self._store.begin() as tx:
            case, actor = self._own(tx, actor, case_id, lock=False)
            return self._view(tx, case, actor)

    def answer(self, actor: Actor, case_id: UUID, seen_version: int, page_key: str, raw: Mapping[str, object]) -> View:
        """Keeps the answers of one page. Raises AnswersInvalid with every fault, StaleVersion, ActionNotAllowed."""
        at, today = self._clock.now(), self._clock.today()
        with self._store.begin() as tx:
            case, actor = self._own(tx, actor, case_id)
            case.must_be_at(seen_version)
            case.must_be_editable("修改")
            raw = {**self._kept_unseen(case, page_key), **raw}
            given = self._rulebook.graph.parse(page_key, raw, case.answers, today)
            self._must_be_lawful({**case.answers, **given}, given)
            self._must_be_reopened(case, given)
            case.answer(given, actor, at)
            tx.cases.save(case)
            self._reminders.follow(tx, case, given)
            return self._view(tx, case, actor)

    def submit(self, actor: Actor, case_id: UUID, seen_version: int, key: str, commitment_version: str) -> View:
        """Hands the case in under the commitment, and tells her so.

        Raises AnswersIncomplete, MaterialsMissing, SignatureMissing, ConsentMissing, NotEligibleYet, ActiveCaseExists,
        StaleVersion, ActionNotAllowed.
        """
        at, today = self._clock.now(), self._clock.today()
        with self._store.begin() as tx:
            case, actor = self._own(tx, actor, case_id)
            request = {"case": case_id, "commitment": commitment_version}
            if is_repeat(tx, self._seals, actor, key, request, at):
                return self._view(tx, case, actor)
            case.must_be_at(seen_version)
            self._must_be_committed(commitment_version)
            self._must_have_consented(tx, case, actor)
            self._must_be_authorised_by(tx, case, actor)
            again = case.state is State.RETURNED
            slots = self._rulebook.checklist(case.answers)
            unanswered = self._unanswered(case, today)
            still_missing = missing_labels(slots, missing_photos(case, slots))
            if not unanswered and not again:
                self._must_be_eligible(case, today)
            terms = self._terms(tx, case, today, commitment_version)
            case.submit(actor, at, unanswered=unanswered, missing=still_missing, terms=terms)
            tx.cases.save(case)
            self._reminders.drop(tx, case, at)
            event = NoticeEvent.RESUBMITTED if again else NoticeEvent.SUBMITTED
            self._announcements.announce(tx, case, event, at)
            self._documents.order(tx, case, PrintedForm.APPLICATION_FORM, at)
            return self._view(tx, case, actor)

    def withdraw(self, actor: Actor, case_id: UUID, seen_version: int, reason: str) -> View:
        """Takes the case back. Raises StaleVersion, ActionNotAllowed."""
        at = self._clock.now()
        with self._store.begin() as tx:
            case, actor = self._own(tx, actor, case_id)
            case.must_be_at(seen_version)
            case.withdraw(actor, at, reason)
            tx.claims.end(case.id)
            tx.cases.save(case)
            self._reminders.drop(tx, case, at)
            if case.number:
                self._announcements.announce(tx, case, NoticeEvent.WITHDRAWN, at)
            return self._view(tx, case, actor)

    def report_fund_done(self, actor: Actor, case_id: UUID, item_id: UUID, seen_version: int) -> View:
        """She has drawn the housing fund by its own account; may complete the case. Returns the progress view.

        Raises NotFound, NotAllowed, StaleVersion, ActionNotAllowed.
        """
        at, today = self._clock.now(), self._clock.today()
        with self._store.begin() as tx:
            case, actor = self._own(tx, actor, case_id)
            item = case.item(item_id)
            item.must_be_at(seen_version)
            case.change_item(item.report_done(actor, at), ItemAction.REPORT_DONE, actor, at)
            tx.cases.save(case)
            if case.state is State.COMPLETED:
                self._announcements.announce(tx, case, NoticeEvent.COMPLETED, at)
            results = tx.results.of_items(list(case.items))
            return progress_view(case, self._rulebook, results, today)

    # ── what has to hold ─────────────────────────────────────────────────────────────────

    def _must_be_committed(self, commitment_version: str) -> None:
        if commitment_version != self._rulebook.consents.commitment.version:
            raise ConsentMissing("承诺书有了新的版本，请刷新页面，看过后再提交。", missing=["commitment"])

    def _must_have_consented(self, tx: Transaction, case: Case, actor: Actor) -> None:
        """Separate consent for each department the case carries something to (《个人信息保护法》第二十九条).

        It is the applicant's own: a helper can neither give it nor be asked for it.
        """
        given = tx.people.consents(case.applicant_id)
        needed = self._rulebook.consents.needed_for(self._rulebook.chosen_items(case.answers))
        missing = [each for each in needed if given.get(each.key) != each.version]
        if missing:
            titles = "；".join(each.title for each in missing)
            hers = "这要申请人本人在自己的微信里同意，" if actor.role is Role.HELPER else ""
            raise ConsentMissing(
                f"还没有同意：{titles}。{hers}不想同意的，可以选“我自己去办”。", missing=[m.key for m in missing]
            )

    def _must_be_authorised_by(self, tx: Transaction, case: Case, actor: Actor) -> None:
        """A helper hands in only for the one who signed the authorisation."""
        if actor.role is Role.HELPER and case.helper is not None:
            parties = tx.authorisations.read(case.helper.authorisation_id).parties
            if not same_name(parties.applicant_name, case.answers.get("name", "")):
                raise AuthorisedNameDiffers

    def _must_be_eligible(self, case: Case, today: date) -> None:
        found = self._rulebook.eligibility(case.answers, Month.of(today))
        if isinstance(found, (TooEarly, ContributionShort)):
            raise NotEligibleYet(eligibility=her_eligibility_view(case.answers, self._rulebook, Month.of(today), today))

    def _kept_unseen(self, case: Case, page_key: str) -> Mapping[str, object]:
        """Masked answers of a page, which her browser was never shown: left out, they stay as they are."""
        questions = self._rulebook.graph.page(page_key, case.answers).questions
        return {q.key: case.answers[q.key] for q in questions if q.type in MASKED_TO_HERSELF and q.key in case.answers}

    def _must_be_lawful(self, answers: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        """What she chooses on this page must be hers to choose. Raises AnswersInvalid."""
        unlawful = self._rulebook.unlawful_choices(answers)
        if faults := [(key, sentence) for key, sentence in unlawful.items() if key in given]:
            raise AnswersInvalid(faults)

    def _must_be_reopened(self, case: Case, given: Mapping[str, Any]) -> None:
        """In a returned case only what failed, and what its mending newly asks for, is open. Raises NotFound."""
        if case.state is State.RETURNED and not any(
            key not in case.answers or f"field:{key}" in case.mended | _failed_now(case) for key in given
        ):
            raise NotFound("这一页窗口已经审过了，不用改。")

    def _unanswered(self, case: Case, today: date) -> list[str]:
        graph = self._rulebook.graph
        walk = graph.walk(case.answers)
        open_page = graph.open_page_of(walk, today, self._rulebook.unlawful_choices(walk.effective))
        titles = [walk.page(open_page).page.title] if open_page else []
        return titles + [page.title for page in unmended_fields(case, self._rulebook)]

    def _terms(self, tx: Transaction, case: Case, today: Any, commitment_version: str) -> SubmissionTerms:
        days = self._rulebook.policy.window_review_working_days.rows[-1].value
        chosen = self._rulebook.chosen_items(case.answers)
        return SubmissionTerms(
            number=case.number or tx.cases.next_number(today),
            review_due_on=self._rulebook.calendar.add_working_days(today, days).on,
            commitment_version=commitment_version,
            policy_hash=self._rulebook.content_hash,
            planned_items=[{"code": item.code.value, "filing": FilingWay(item.filing).value} for item in chosen],
            evaluation=evaluate(self._rulebook, case.answers, Month.of(today)),
        )

    # ── reading ──────────────────────────────────────────────────────────────────────────

    def _own(self, tx: Transaction, person: Actor, case_id: UUID, *, lock: bool = True) -> tuple[Case, Actor]:
        """The case, and who this person is in it: the applicant, or her helper. Raises NotFound."""
        case = tx.cases.load(case_id) if lock else tx.cases.read(case_id)
        return case, case.must_belong_to(person)

    def _view(self, tx: Transaction, case: Case, actor: Actor) -> View:
        decided = [item.id for item in case.items.values() if item.outcome]
        rulebook = self._rulebook if case.state in EDITABLE else self._versions.rulebook_of(tx, case)
        return filing_view(case, rulebook, self._clock.today(), tx.results.of_items(decided), actor)

    def _message(self, row: Mapping[str, Any]) -> View:
        return {
            "at": iso(row["queued_at"]),
            "title": self._notice_titles[row["event"]],
            "text": "　".join(_in_order(row["fields"])),
            "case_id": str(row["case_id"]) if row["case_id"] else None,
            "path": row["path"],
        }


def _in_order(fields: Mapping[str, str]) -> list[str]:
    """The values of a push as its template lists them: thing2 after character_string1, however they were kept."""
    return [fields[name] for name in sorted(fields, key=lambda name: int(name.lstrip(ascii_lowercase + "_")))]


def _known(person_id: UUID | None) -> UUID:
    """Of an active authorisation both people are known. Raises NotFound."""
    if person_id is None:
        raise NotFound
    return person_id


def _failed_now(case: Case) -> set[str]:
    return {s for s, j in case.judgements.items() if j.is_fail and j.round == case.round}
