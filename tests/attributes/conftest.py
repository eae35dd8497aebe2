import pytest

from pipeline.stage import Examples
from tests.attributes.discs import disc


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    directory = tmp_path_factory.mktemp("discs")
    drawn = [disc(directory / f"{seed}.png", seed) for seed in range(90)]
    return Examples([scene for scene, _ in drawn], [truth for _, truth in drawn])
