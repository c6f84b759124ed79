"""What a rendering process needs, loaded and made ready before it is forked.

The fork server imports this module once; every process that it forks has it all from the start,
and its garbage collector looks at what a document makes, not at the libraries, and more rarely: a
practice with 3,000 charges takes a fifth less time so.
"""

import gc

from transforms.documents import (
    budget_letter,
    detail_csv,
    detail_rows,
    detail_workbook,
    pdf,
    statement_page,
)

# New objects between two collections: a workbook makes a million, and hardly any in cycles.
_COLLECT_AFTER = 50_000

pdf.make_ready()
gc.freeze()
gc.set_threshold(_COLLECT_AFTER)

__all__ = ["budget_letter", "detail_csv", "detail_rows", "detail_workbook", "pdf", "statement_page"]
