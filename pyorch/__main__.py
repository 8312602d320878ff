"""``python -m pyorch`` is ``pyorch``."""

from pyorch.cli import main

main()
