"""The Jinja2 environment of all documents: escaped values, no undefined names, British formats."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from transforms.documents import formats, typeface
from transforms.documents.palette import PALETTE

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

_FILTERS = (
    formats.listed,
    formats.long_date,
    formats.month_and_year,
    formats.month_name,
    formats.month_range,
    formats.month_short,
    formats.number,
    formats.pence,
    formats.percent,
    formats.pounds,
    formats.pounds_and_pence,
    formats.published_day,
    formats.signed_pence,
    formats.signed_percent,
    formats.signed_whole,
    formats.spells,
    formats.tenths,
    formats.whole,
)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Every value is escaped, and a name that a template does not get is an error.

    Style sheets are included as templates, with the palette, and for a browser the font, before
    them.
    """
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {function.__name__: function for function in _FILTERS}
    templates.globals["palette"] = asdict(PALETTE)
    templates.globals["font_address"] = typeface.data_address
    return templates
