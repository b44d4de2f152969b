"""Text that is markup."""


class Html(str):
    """Markup, which template engines do not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the markup."""
        return self
