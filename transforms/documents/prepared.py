"""What a rendering process needs, loaded and made ready before it is forked.

The fork server imports this module once; every process that it forks has it all from the start.
"""

from transforms.documents import (
    budget_letter,
    detail_csv,
    detail_rows,
    detail_workbook,
    pdf,
    statement_page,
)

pdf.make_ready()

__all__ = ["budget_letter", "detail_csv", "detail_rows", "detail_workbook", "pdf", "statement_page"]
