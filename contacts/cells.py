"""Cells of files that a spreadsheet opens: the only place that keeps a text from being run as a formula."""

# In a Japanese spreadsheet the full-width signs start a formula too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The text with an apostrophe before it, by which spreadsheets take it for text, if they might run it."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(("\t", "\r", "\n")) else cell
