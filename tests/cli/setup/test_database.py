import pytest

from cli.setup.database import to_pooled_url
from migrate.upgrade import to_direct_url

DIRECT = "postgresql://ada:p%40ss@ep-cool-name-123456.eu-central-1.aws.neon.tech/db?sslmode=require"
POOLED = DIRECT.replace("123456.", "123456-pooler.")


@pytest.mark.parametrize("given", [DIRECT, POOLED])
def test_either_neon_address_gives_the_pooled_one_and_migrate_finds_the_direct_one(
    given: str,
) -> None:
    assert to_pooled_url(given) == POOLED
    assert to_direct_url(to_pooled_url(given)) == DIRECT


@pytest.mark.parametrize("url", ["", "postgresql://ada:x@db.example.org:6543/everheard"])
def test_other_addresses_stay_as_they_are(url: str) -> None:
    assert to_pooled_url(url) == url
