"""docs/cli.md is what the commands say of themselves."""

from tests import cli_reference


def test_the_reference_is_up_to_date():
    assert cli_reference.TARGET.read_text() == cli_reference.text(), "run: make reference"
