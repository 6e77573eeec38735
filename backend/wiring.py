"""The composition root: Settings → Services. The only file that names adapters."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from backend.adapters import authorisation_wording, logs, metrics, policy_files, wechat_wording
from backend.adapters.clock import SystemClock
from backend.adapters.db import migrating
from backend.adapters.db.screens import PostgresScreens
from backend.adapters.db.sealed import Seal
from backend.adapters.db.store import PostgresStore, make_engine
from backend.adapters.db.tokens import PostgresTokenStore
from backend.adapters.forms import TypstForms
from backend.adapters.images import PillowPictures
from backend.adapters.ocr import ChildEyes
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.pdf_pages import PdfiumPages
from backend.adapters.storage import S3Evidence
from backend.adapters.wechat import WechatAccount, WechatCallbackDoor, WechatMessenger, WechatSignIn
from backend.domain.errors import OutsideDown
from backend.domain.rulebook import Rulebook
from backend.services import Services
from backend.services.absence_tasks import WindowReview
from backend.services.announcements import Announcements
from backend.services.authorisations import Authorising
from backend.services.counter import Counter, CounterLimits
from backend.services.departments import Departments
from backend.services.documents import Documents
from backend.services.estimating import Estimating
from backend.services.filing import Filing
from backend.services.findings import Findings
from backend.services.guides import Guides
from backend.services.identity import Identity, SessionLimits
from backend.services.joining import Joining
from backend.services.materials import Materials
from backend.services.notices import Notices
from backend.services.policy_versions import PolicyVersions
from backend.services.ports import Clock
from backend.services.proofs import Proofs
from backend.services.reading import PhotoReading
from backend.services.reminders import Reminders
from backend.services.shoot_links import ShootLinks
from backend.services.staff_photos import StaffPhotos
from backend.services.supervision import Supervision
from backend.services.uploads import UploadLimits
from backend.settings import Settings, SettingsError

# For app.py and jobs.py, which do not name adapters.
configure_logs = logs.configure
ConfigFault = policy_files.ConfigFault
REQUEST_ID = logs.REQUEST_ID
REQUESTS, JOBS, READINGS = metrics.REQUESTS, metrics.JOBS, metrics.READINGS


@dataclass(frozen=True, slots=True)
class World:
    """The services and the parts of the world that their processes look after."""

    services: Services
    store: PostgresStore
    evidence: S3Evidence
    clock: Clock

    def is_ready(self) -> Mapping[str, bool]:
        """Whether each system that the service needs answers."""
        return {"database": self.store.is_reachable(), "object_store": _answers(self.evidence)}

    def serve_metrics(self, settings: Settings) -> None:
        metrics.serve_when_free(settings.metrics_host, settings.metrics_port, lambda: _figures(self.store.engine))

    def close(self) -> None:
        """Lets go of every connection."""
        self.store.engine.dispose()


def build(settings: Settings, clock: Clock | None = None) -> Services:
    """The services over the world that the settings name."""
    return build_world(settings, clock).services


def build_world(settings: Settings, clock: Clock | None = None) -> World:
    """The services and their world. Raises ConfigFault for a rule or wording that does not hold together."""
    clock = clock or SystemClock()
    seal = Seal(settings.sealing_keys, settings.index_key)
    engine = make_engine(settings.database_url, settings.database_pool_size)
    store, screens = PostgresStore(engine, seal), PostgresScreens(engine, seal)
    rulebook = load_rulebook(settings.config_path)
    wording = wechat_wording.read_wording(settings.config_path)
    if not settings.is_sandbox and wechat_wording.is_of_the_sandbox(wording):
        raise SettingsError(["config/notices.zh-CN.yaml names the sandbox's templates: put in the account's own."])
    account = _account(settings)
    announcements = Announcements(wording=wording, rulebook=rulebook)
    policy_versions = PolicyVersions(
        store=store,
        clock=clock,
        rulebook=rulebook,
        announcements=announcements,
        files=_files_of(rulebook, settings.config_path),
        read=policy_files.load_kept,
    )
    reminders = Reminders(
        store=store,
        clock=clock,
        rulebook=rulebook,
        announcements=announcements,
        timing=wechat_wording.read_reminder_timing(settings.config_path),
    )
    evidence = _bucket(settings, settings.s3_evidence_bucket)
    documents = Documents(
        store=store,
        clock=clock,
        policy_versions=policy_versions,
        evidence=evidence,
        forms=TypstForms(settings.config_path),
        public_url=settings.public_url,
    )
    pictures = PillowPictures(max_bytes=settings.material_max_bytes, max_pixels=settings.material_max_pixels)
    template_ids = {event.value: template.template_id for event, template in wording.templates.items()}
    counter_limits = CounterLimits(
        sitting=timedelta(minutes=settings.counter_sitting_minutes),
        link=timedelta(minutes=settings.shoot_link_minutes),
        link_grace=timedelta(minutes=settings.shoot_link_grace_minutes),
        join_code=timedelta(days=settings.join_code_days),
        join_code_tries=settings.join_code_tries,
    )
    outputs = _bucket(settings, settings.s3_outputs_bucket)
    materials = Materials(
        store=store,
        clock=clock,
        seals=seal,
        rulebook=rulebook,
        evidence=evidence,
        outputs=outputs,
        pictures=pictures,
        pdfs=PdfiumPages(),
        limits=UploadLimits(
            link_minutes=settings.upload_link_minutes,
            min_bytes=settings.material_min_bytes,
            max_bytes=settings.material_max_bytes,
        ),
    )
    services = Services(
        identity=Identity(
            store=store,
            clock=clock,
            passwords=Argon2Passwords(),
            seals=seal,
            wechat=WechatSignIn(account),
            offices=rulebook.offices,
            cookie_secret=settings.cookie_secret,
            public_url=settings.public_url,
            limits=SessionLimits(
                staff_idle=timedelta(minutes=settings.staff_idle_minutes),
                staff=timedelta(hours=settings.staff_session_hours),
                applicant=timedelta(days=settings.applicant_session_days),
            ),
        ),
        estimating=Estimating(clock=clock, rulebook=rulebook),
        filing=Filing(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            screens=screens,
            announcements=announcements,
            documents=documents,
            reminders=reminders,
            policy_versions=policy_versions,
            notice_titles={event.value: template.title for event, template in wording.templates.items()},
        ),
        authorising=Authorising(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            screens=screens,
            evidence=evidence,
            pictures=pictures,
            forms=TypstForms(settings.config_path),
            announcements=announcements,
            terms=authorisation_wording.read_terms(settings.config_path),
            public_url=settings.public_url,
        ),
        materials=materials,
        reading=PhotoReading(
            store=store,
            clock=clock,
            evidence=evidence,
            eyes=ChildEyes(seconds=settings.reading_seconds),
            max_bytes=settings.material_max_bytes,
        ),
        staff_photos=StaffPhotos(
            store=store,
            clock=clock,
            evidence=evidence,
            pictures=pictures,
            rulebook=rulebook,
            max_bytes=settings.material_max_bytes,
        ),
        review=WindowReview(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            screens=screens,
            announcements=announcements,
            documents=documents,
            policy_versions=policy_versions,
            lease=timedelta(minutes=settings.lease_minutes),
        ),
        departments=Departments(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            screens=screens,
            announcements=announcements,
            policy_versions=policy_versions,
        ),
        supervision=Supervision(store=store, clock=clock, seals=seal, rulebook=rulebook, screens=screens),
        notices=Notices(
            store=store,
            messenger=WechatMessenger(account, template_ids, PostgresTokenStore(engine, seal), clock),
            door=WechatCallbackDoor(account),
            clock=clock,
            wording=wording,
            replies=wechat_wording.read_replies(settings.config_path),
            rulebook=rulebook,
            screens=screens,
            public_url=settings.public_url,
        ),
        reminders=reminders,
        policy_versions=policy_versions,
        guides=Guides(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            forms=TypstForms(settings.config_path),
            public_url=settings.public_url,
        ),
        documents=documents,
        proofs=Proofs(
            store=store,
            clock=clock,
            evidence=evidence,
            outputs=outputs,
            seals=seal,
            policy_versions=policy_versions,
            pause=time.sleep,
            objects_per_second=settings.proof_objects_per_second,
        ),
        counter=Counter(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            forms=TypstForms(settings.config_path),
            public_url=settings.public_url,
            limits=counter_limits,
        ),
        shoot_links=ShootLinks(
            store=store,
            clock=clock,
            seals=seal,
            rulebook=rulebook,
            materials=materials,
            public_url=settings.public_url,
            limits=counter_limits,
        ),
        joining=Joining(store=store, clock=clock, limits=counter_limits),
        findings=Findings(store=store, clock=clock, seals=seal, rulebook=rulebook, policy_versions=policy_versions),
    )
    return World(services, store, evidence, clock)


def load_rulebook(config_path: Path) -> Rulebook:
    """Every rule and wording in config. Raises ConfigFault naming file and line."""
    return policy_files.load(config_path)


def _files_of(rulebook: Rulebook, config_path: Path) -> Mapping[str, str]:
    """The files the rulebook was read from. Raises SettingsError when one was changed since."""
    files = policy_files.files_of(config_path)
    if policy_files.hash_of(files) != rulebook.content_hash:
        raise SettingsError([f"{config_path} was changed while it was read: start again."])
    return files


def migrate(database_url: str, revision: str = "head") -> None:
    """Moves the schema up."""
    migrating.upgrade(database_url, revision)


def refuse_an_old_schema(database_url: str) -> None:
    """Raises SettingsError unless the database's schema is the one this code wants."""
    current, head = migrating.current(database_url), migrating.head()
    if current != head:
        found = current or "empty"
        raise SettingsError([f"The database's schema is {found}, this code wants {head}: run `tuixiu migrate` first."])


def _account(settings: Settings) -> WechatAccount:
    return WechatAccount(
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret,
        token=settings.wechat_token,
        encoding_aes_key=settings.wechat_encoding_aes_key,
        api_url=settings.wechat_api_url,
        authorize_url=settings.wechat_authorize_url,
        timeout_seconds=settings.wechat_timeout_seconds,
    )


def _answers(bucket: S3Evidence) -> bool:
    try:
        bucket.ensure_reachable()
    except OutsideDown:
        return False
    return True


def _bucket(settings: Settings, bucket: str) -> S3Evidence:
    return S3Evidence(
        endpoint_url=settings.s3_endpoint_url,
        public_url=settings.s3_public_url,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        bucket=bucket,
    )


def _figures(engine: Engine) -> Mapping[str, Mapping[str, float]]:
    counts = {
        "cases": "SELECT state, count(*) FROM cases GROUP BY state",
        "pushes": "SELECT state, count(*) FROM pushes GROUP BY state",
        "readings": "SELECT state, count(*) FROM photo_readings GROUP BY state",
        "open_incidents": "SELECT kind, count(*) FROM incidents WHERE closed_at IS NULL GROUP BY kind",
        "queued_jobs": "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status",
    }
    with engine.begin() as connection:
        return {name: dict(connection.execute(text(sql)).tuples().all()) for name, sql in counts.items()}
