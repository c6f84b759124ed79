"""Documents: statement, detail file, commissioner's summary, control report.

All are pure functions of a package's folder: nothing here reads a warehouse, a reference file or a
clock, so documents can be rendered anywhere, in parallel, again.
"""

from transforms.documents.rendering import (
    RenderResult,
    collect,
    render,
    render_commissioner,
    render_letters,
    render_practice,
)

__all__ = [
    "RenderResult",
    "collect",
    "render",
    "render_commissioner",
    "render_letters",
    "render_practice",
]
