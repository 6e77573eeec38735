"""The web application over the town's services, and everybody's browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.app import create_app
from tests.api.tabs import Document, Tabs

if TYPE_CHECKING:
    from flask import Flask

    from backend.settings import Settings
    from backend.wiring import World
    from tests.builders import Town


@pytest.fixture(scope="session")
def town_app(town_world: World, town_settings: Settings) -> Flask:
    return create_app(town_world.services, town_settings, town_world.is_ready)


@pytest.fixture(scope="session")
def document(town_app: Flask) -> Document:
    return Document(town_app)


@pytest.fixture
def tabs(town: Town, town_app: Flask, document: Document) -> Tabs:
    """Everybody of an empty town at a browser."""
    return Tabs(town, town_app, document)
