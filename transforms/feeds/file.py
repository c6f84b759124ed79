"""A feed file as bytes: its content's hash, size and line ends, and whether it is text at all.

The whole content is read once, in pieces, so that a file of any size takes the same memory; one
thread hashes a piece while another looks through it. What is looked for here is what the readers
could not tell from the records alone.
"""

import codecs
import gzip
import hashlib
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transforms.errors import RefusedFile

_PIECE = 1 << 21  # large enough for the threads to go on by themselves
_BLOCK = 1 << 17  # small enough for what is made of it to stay in the processor's caches
_END = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"

_SPACE, _COMMA, _LINE_FEED = b" ,\n"
# What a field begins after or ends before: a space there, or any tab, and fields need trimming.
_EDGES = np.zeros(256, dtype=bool)
_EDGES[list(b',"\r\n')] = True
_FLAT_FILE = b"01"  # begins with its first line's type; its fields are cut by place and trimmed


@dataclass(frozen=True)
class FeedFile:
    """What is known of a file before it is read as records.

    `sha256` and `size` are of the content, decompressed. `head` and `tail` are its first and last
    mebibyte. `line_feeds` and `commas` count them (commas only in delimited text); `padded` says
    that some field may need trimming.
    """

    path: Path
    compressed: bool
    sha256: str
    size: int
    head: bytes
    tail: bytes
    line_feeds: int
    commas: int
    padded: bool

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def has_bom(self) -> bool:
        return self.head.startswith(_BOM)

    @property
    def lines(self) -> int:
        """Lines of the content, whether or not the last one is ended."""
        return self.line_feeds + (0 if self.tail.endswith(b"\n") or not self.size else 1)

    def head_lines(self, count: int) -> list[bytes]:
        """The first lines, without their ends; fewer where the head has no more."""
        return self.head.removeprefix(_BOM).replace(b"\r\n", b"\n").split(b"\n")[:count]


def inspect(path: Path) -> FeedFile:
    """Read a file once. Raises RefusedFile: F01 if it is no text, F02 if it is cut short."""
    digest = hashlib.sha256()
    size = line_feeds = commas = 0
    head = b""
    padded = False
    last: deque[bytes] = deque([b""], maxlen=_END // _BLOCK + 1)  # the last of which may be short
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in _hashed(_content(path), digest):
        if b"\0" in block:
            line = line_feeds + block[: block.index(b"\0")].count(b"\n") + 1
            raise RefusedFile(
                "F01",
                "There is a NUL byte: this is not a text file, or it was damaged on its way.",
                line=line,
                mend="Ask for the file again.",
            )
        if not block.isascii() or decoder.getstate()[0]:
            _decode(decoder, block, line_feeds)
        if len(head) < _END:
            head = (head + block)[:_END]
        if not head.startswith(_FLAT_FILE):
            commas += _count(block, _COMMA)
            # One byte of the block before, so that what straddles the edge is seen.
            padded = padded or _has_padding(last[-1][-1:] + block)
        last.append(block)
        size += len(block)
        line_feeds += _count(block, _LINE_FEED)
    if size == 0:
        raise RefusedFile("F01", "The file is empty.", mend="Ask for the file again.")
    return FeedFile(
        path=path,
        compressed=_is_gzip(path),
        sha256=digest.hexdigest(),
        size=size,
        head=head,
        tail=b"".join(last)[-_END:],
        line_feeds=line_feeds,
        commas=commas,
        padded=padded,
    )


def _hashed(pieces: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    """The pieces in blocks, while a thread hashes the piece that they are of."""
    with ThreadPoolExecutor(1) as pool:
        for piece in pieces:
            hashing = pool.submit(digest.update, piece)
            for start in range(0, len(piece), _BLOCK):
                yield piece[start : start + _BLOCK]
            hashing.result()


def _count(block: bytes, byte: int) -> int:
    """How often a byte is in a block, several times as fast as bytes.count tells it."""
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == byte))


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, lines_before: int) -> None:
    """Raise RefusedFile (F01) for what is no UTF-8.

    What a cut left of a character at the very end is let through: that a file is cut short is seen
    by its reader, and better said so.
    """
    try:
        decoder.decode(block)
    except UnicodeDecodeError as error:
        raise RefusedFile(
            "F01",
            "The line is not UTF-8 text.",
            line=lines_before + error.object[: error.start].count(b"\n") + 1,
            mend="Ask for the file in UTF-8.",
        ) from None


def _has_padding(block: bytes) -> bool:
    """Whether a tab, or a space at the edge of a field, is in a piece of delimited text."""
    if b"\t" in block:
        return True
    text = np.frombuffer(block, dtype=np.uint8)
    spaces = np.flatnonzero(text == _SPACE)
    before = text[np.maximum(spaces - 1, 0)]
    after = text[np.minimum(spaces + 1, len(text) - 1)]
    return bool(_EDGES[before].any() or _EDGES[after].any())


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC


def _content(path: Path) -> Iterator[bytes]:
    """The content in pieces, decompressed."""
    try:
        with gzip.open(path) if _is_gzip(path) else path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except EOFError as error:
        raise RefusedFile(
            "F02", "The compressed file ends too early.", mend="Ask for the whole file again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise RefusedFile(
            "F01",
            "The file begins like gzip but cannot be decompressed.",
            mend="Ask for the file again.",
        ) from error
    except OSError as error:
        raise RefusedFile(
            "F01",
            f"The file cannot be read ({error.strerror}).",
            mend="Check that it is there and that it may be read.",
        ) from error
