"""A string type for markup."""


class Html(str):
    """Markup: a string that template engines do not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the markup."""
        return self
