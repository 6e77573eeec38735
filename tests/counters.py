"""The counter brought to where a test begins, by the use cases themselves: a clerk, her colleague, and who came."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import requests

from backend.domain.actors import Actor
from backend.domain.case import SignatureKind
from backend.domain.counter import ConsentHow
from backend.services.counter import AtDesk, CounterConsents, WalkIn
from backend.services.ports import Session
from backend.services.uploads import Announced
from tests.adapters.pdf_text import text_of
from tests.builders import Town, View, a_key, a_seal, a_small_photo
from tests.domain.examples import answers, id_number, rulebook

NAME, ID_NUMBER = "王秀兰", answers()["id_number"]


@dataclass
class CounterOfTown:
    """Two clerks who are signed in."""

    town: Town
    desk: AtDesk = field(init=False)
    other_desk: AtDesk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = self._signed_in("clerk", self.town.staff.clerk)
        self.other_desk = self._signed_in("clerk2", self.town.staff.other_clerk)

    def _signed_in(self, token: str, clerk: Actor) -> AtDesk:
        """In a session whose token everybody knows: a password takes a tenth of a second."""
        at, digest = self.town.clock.now(), a_seal().digest(token.encode())
        with self.town.store.begin() as tx:
            tx.sessions.add(Session(digest, "staff", clerk.id, "csrf", at, at, at + timedelta(hours=12)))
        return AtDesk(clerk, digest)

    @property
    def clerk(self) -> Actor:
        return self.desk.clerk

    def sign_out(self) -> None:
        self.town.services.identity.sign_out("clerk")

    # ── beginning and going on ───────────────────────────────────────────────────────────

    def consents(self, how: ConsentHow = ConsentHow.SPOKEN, notice_version: str | None = None) -> CounterConsents:
        guide = self.town.services.filing.guide()
        given = {each["key"]: each["version"] for each in guide["consents"]}
        return CounterConsents(how, given, notice_version or guide["notice"]["version"])

    def start(
        self,
        key: str | None = None,
        *,
        name: str = NAME,
        id_number: str = ID_NUMBER,
        notice_version: str | None = None,
        desk: AtDesk | None = None,
    ) -> View:
        given = self.consents(notice_version=notice_version)
        return self.town.services.counter.start(desk or self.desk, key or a_key(), WalkIn(name, id_number), given)

    def started(self, **given: Any) -> UUID:
        return UUID(self.start(**given)["case_id"])

    def another_id_number(self) -> str:
        return id_number(date(1976, 3, 28))

    def look_up(self) -> View:
        return self.town.services.counter.look_up(self.desk, WalkIn(NAME, ID_NUMBER))

    def sit(self, case_id: UUID, how: ConsentHow = ConsentHow.SPOKEN) -> View:
        return self.town.services.counter.sit(self.desk, case_id, self.consents(how))

    def resume(self, case_id: UUID, desk: AtDesk) -> View:
        return self.town.services.counter.resume(desk, case_id)

    def leave(self, case_id: UUID) -> None:
        self.town.services.counter.leave(self.desk, case_id)

    def is_seated(self, case_id: UUID, desk: AtDesk | None = None) -> bool:
        return self.town.services.counter.is_seated(desk or self.desk, case_id)

    def lists(self) -> View:
        return self.town.services.counter.lists(self.desk)

    def abandon(self, case_id: UUID, reason: str) -> None:
        self.town.services.counter.abandon(self.desk, case_id, reason)

    # ── filling in ───────────────────────────────────────────────────────────────────────

    def view(self, case_id: UUID) -> View:
        return self.town.services.filing.view(self.clerk, case_id)

    def answer(self, case_id: UUID, page_key: str, value: Any) -> View:
        view = self.view(case_id)
        return self.town.services.filing.answer(self.clerk, case_id, view["version"], page_key, {page_key: value})

    def answered(self) -> UUID:
        """A case with every question answered, in one step."""
        case_id = self.started()
        given, graph = answers(), rulebook().graph
        parsed: dict[str, Any] = {}
        while page_key := graph.open_page(parsed):
            keys = {question.key for question in graph.page(page_key, parsed).questions}
            parsed |= graph.parse(page_key, {k: v for k, v in given.items() if k in keys}, parsed)
        with self.town.store.begin() as tx:
            case = tx.cases.load(case_id)
            case.answer(parsed, self.clerk, self.town.clock.now())
            tx.cases.save(case)
        return case_id

    def announced(self, actor: Actor, case_id: UUID) -> UUID:
        """A photo of her ID card that arrived in the store and is not completed."""
        photo = a_small_photo(f"{case_id}/under way")
        file = Announced("image/jpeg", len(photo), hashlib.sha256(photo).hexdigest())
        place = ("id_card", "front")
        photo_id, form = self.town.services.materials.request_upload(actor, case_id, place, None, file)
        assert requests.post(form.url, data=form.fields, files={"file": photo}, timeout=20).ok
        return photo_id

    def open_link(self, case_id: UUID) -> str:
        """The code of a new link."""
        opened = self.town.services.shoot_links.open(self.desk, case_id)
        assert opened["picture_svg"].startswith("<?xml")
        return str(opened["path"]).removeprefix("/shoot/")

    def shown(self, code: str) -> View:
        return self.town.services.shoot_links.view(code)

    def sign_on(self, case_id: UUID, kind: SignatureKind) -> View:
        return self.town.services.counter.choose_signing(self.desk, case_id, self.view(case_id)["version"], kind)

    def confirm_paper(self, case_id: UUID) -> View:
        return self.town.services.counter.confirm_paper(self.desk, case_id, self.view(case_id)["version"])

    def submit(self, case_id: UUID) -> View:
        return self.town.submit(self.view(case_id), self.clerk)

    def submitted(self) -> UUID:
        """Filed at the counter and handed in by the clerk."""
        case_id = self.answered()
        self.town.give_every_photo(self.view(case_id))
        self.town.sign(self.view(case_id), self.clerk)
        self.submit(case_id)
        return case_id

    def receipt(self, case_id: UUID) -> tuple[str, str]:
        """The case number and the code, read from the printed receipt."""
        text = text_of(self.town.services.counter.receipt(self.desk, case_id))
        number, code = re.search(r"QY-\d{8}-\d{5}", text), re.search(r"以前有效）\s*((?:\d\s*){8})", text)
        assert number is not None
        assert code is not None, text
        return number[0], code[1]

    def recorded_consents(self, case_id: UUID) -> set[tuple[str, UUID]]:
        """How each consent of the case's applicant was given, and who took it down."""
        with self.town.store.begin() as tx:
            applicant_id = tx.cases.read(case_id).applicant_id
        statement = "SELECT how, recorded_by FROM consents WHERE person_id = %s"
        with self.town.store.engine.connect() as connection:
            found = connection.exec_driver_sql(statement, (applicant_id,)).all()
        return {(how, by) for how, by in found}


