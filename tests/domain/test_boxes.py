"""Places on a photo are fractions of it, and nothing else."""

import pytest

from backend.domain.boxes import Box, Point


@pytest.mark.parametrize("place", [(0, 0), (1, 1), (0.5, 0.25)])
def test_a_point_is_on_its_picture(place: tuple[float, float]) -> None:
    assert (Point(*place).x, Point(*place).y) == place


@pytest.mark.parametrize("place", [(-0.01, 0.5), (0.5, 1.01), (float("nan"), 0.5)])
def test_a_point_outside_of_its_picture_is_none(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="outside"):
        Point(*place)


@pytest.mark.parametrize("edges", [(0, 0, 1, 1), (0.2, 0.3, 0.21, 0.31)])
def test_a_box_has_an_extent_on_its_picture(edges: tuple[float, float, float, float]) -> None:
    assert Box(*edges).left < Box(*edges).right


@pytest.mark.parametrize(
    "edges", [(0.5, 0, 0.5, 1), (0.6, 0, 0.5, 1), (0, 0.5, 1, 0.5), (-0.1, 0, 1, 1), (0, 0, 1.1, 1)]
)
def test_an_empty_box_or_one_outside_is_none(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        Box(*edges)
