"""Reads config/notices.zh-CN.yaml: templates, outcomes and answers, each checked against WeChat's limits at start."""

from datetime import time
from pathlib import Path

from backend.adapters import located_yaml
from backend.adapters.located_yaml import Located
from backend.domain.case import State
from backend.domain.chat import Replies
from backend.domain.notices import (
    FIELD_RULES,
    NoticeEvent,
    OutcomeWording,
    Template,
    TemplateField,
    Wording,
    first_fault,
)
from backend.domain.reminders import ReminderTiming
from backend.domain.routing import Outcome

FILE_NAME = "notices.zh-CN.yaml"
SANDBOX_TEMPLATE = "sandbox-"


def read_wording(config_path: Path) -> Wording:
    """Reads the file in the config folder.

    Raises ConfigFault, naming the line, for an event or outcome without words, an unknown fact or field type, and a
    value that WeChat would refuse.
    """
    file = located_yaml.read(config_path / FILE_NAME)
    file.only("language", "source", "templates", "outcomes", "unknown_due_on", "reminders", "replies")
    file["source"].text()
    templates = {event: _template(event, file["templates"][event.value]) for event in NoticeEvent}
    file["templates"].only(*NoticeEvent)
    file["outcomes"].only(*Outcome)
    outcomes = {outcome: _outcome(file["outcomes"][outcome.value]) for outcome in Outcome}
    wording = Wording(templates, outcomes, file["unknown_due_on"].text())
    for event, template in templates.items():
        if fault := first_fault(wording, template):
            file["templates"][event.value].fault(fault)
    return wording


def read_replies(config_path: Path) -> Replies:
    """Reads the answers. Raises ConfigFault, naming the line, for a state without a sentence or an unknown fact."""
    located = located_yaml.read(config_path / FILE_NAME)["replies"]
    located.only("ask_words", "followed", "pointer", "no_case", "progress", "item_line", "more")
    located["progress"].only(*State)
    return Replies(
        ask_words=frozenset(word.text() for word in located["ask_words"].each()),
        followed=_with_facts(located["followed"], "link"),
        pointer=_with_facts(located["pointer"], "link", "phone"),
        no_case=_with_facts(located["no_case"], "link"),
        progress={
            state: _with_facts(located["progress"][state.value], "number", "failing_count", "review_due_on")
            for state in State
        },
        item_line=_with_facts(located["item_line"], "title", "state", "due"),
        more=_with_facts(located["more"], "link"),
    )


def read_reminder_timing(config_path: Path) -> ReminderTiming:
    """When reminders are told. Raises ConfigFault, naming the line, for hours that do not hold together."""
    located = located_yaml.read(config_path / FILE_NAME)["reminders"]
    located.only("source", "early_notice_lead_days", "tell_from", "tell_until")
    located["source"].text()
    tell_from, tell_until = _hour(located["tell_from"]), _hour(located["tell_until"])
    if tell_from >= tell_until:
        located["tell_until"].fault("must be later than tell_from")
    return ReminderTiming(located["early_notice_lead_days"].whole(), tell_from, tell_until)


def is_of_the_sandbox(wording: Wording) -> bool:
    """Whether a template id is still the sandbox's own, with which production would send nothing."""
    return any(template.template_id.startswith(SANDBOX_TEMPLATE) for template in wording.templates.values())


def _template(event: NoticeEvent, located: Located) -> Template:
    located.only("template_id", "title", "link", "fields")
    fields = []
    for row in located["fields"].each():
        row.only("name", "label", "value")
        fields.append(TemplateField(row["name"].text(), row["label"].text(), row["value"].text()))
    return Template(
        event, located["template_id"].text(), located["title"].text(), tuple(fields), located["link"].text()
    )


def _outcome(located: Located) -> OutcomeWording:
    located.only("phrase", "next_step")
    phrase, next_step = located["phrase"].text(), located["next_step"].text()
    if len(next_step) > FIELD_RULES["thing"].longest:
        located["next_step"].fault(f"at most {FIELD_RULES['thing'].longest} characters")
    return OutcomeWording(phrase, next_step)


def _hour(located: Located) -> time:
    try:
        return time.fromisoformat(located.text())
    except ValueError:
        located.fault(f"expected an hour HH:MM, not {located.text()!r}")


def _with_facts(located: Located, *facts: str) -> str:
    text = located.text()
    try:
        text.format(**dict.fromkeys(facts, ""))
    except (KeyError, IndexError, ValueError):
        located.fault(f"may only use {', '.join(f'{{{fact}}}' for fact in facts)}")
    return text
