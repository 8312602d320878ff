"""pyorch: an orchestrator that lives in your Postgres. This package only carries it there and shows what it did."""

__version__ = "0.1.0"
