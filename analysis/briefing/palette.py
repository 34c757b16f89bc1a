"""The colours of charts."""

PALETTE: dict[str, tuple[str, str]] = {}
