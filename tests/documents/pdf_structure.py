"""A PDF's structure tree, as a reader that speaks aloud walks it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf


@dataclass
class Element:
    """An element of a PDF's structure tree."""

    kind: str
    alternative: str
    scope: str
    headers: tuple[str, ...]
    identifier: str
    children: list["Element"] = field(default_factory=list)

    def all(self, *kinds: str) -> Iterator["Element"]:
        """Elements of these kinds within it, in reading order."""
        if self.kind in kinds:
            yield self
        for child in self.children:
            yield from child.all(*kinds)


def structure(node: pikepdf.Object) -> Element:
    """The structure tree below a node."""
    attributes = node.get("/A", pikepdf.Dictionary())
    element = Element(
        kind=str(node.get("/S", "/Root")).removeprefix("/"),
        alternative=str(node.get("/Alt", "")),
        scope=str(attributes.get("/Scope", "")).removeprefix("/"),
        headers=tuple(str(header) for header in attributes.get("/Headers", ())),
        identifier=str(node.get("/ID", "")),
    )
    children = node.get("/K", pikepdf.Array())
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            element.children.append(structure(child))
    return element
