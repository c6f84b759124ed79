"""Encrypting a detail workbook with its practice's passphrase, and proving what is inside.

OOXML agile encryption (ECMA-376, [MS-OFFCRYPTO] 2.3.4.10: AES in CBC mode, SHA-512): Excel and
LibreOffice ask for the passphrase and open it.
"""

import io
from pathlib import Path

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

from transforms.atomic_file import write_atomically
from transforms.delivery.books import alone


def seal(workbook: bytes, passphrase: str) -> bytes:
    """The workbook encrypted; different bytes each time, since the salt is random."""
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(passphrase, sealed)
    return sealed.getvalue()


def opens_to(sealed: bytes, passphrase: str, workbook: bytes) -> bool:
    """Whether the passphrase opens an encrypted file, and it is then this very workbook."""
    opened = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(sealed))
        # Not verified apart, which takes as long again: a wrong one opens to something else.
        file.load_key(password=passphrase)
        file.decrypt(opened, verify_integrity=True)
    except Exception:
        # A wrong passphrase and a spoilt file break the reading of it in a dozen ways.
        return False
    return opened.getvalue() == workbook


def sealed_file(path: Path, workbook: bytes, passphrase: str) -> bytes:
    """The encrypted file kept at `path`, made if it is not there or is not this one.

    It is kept so that every attempt, and every recipient of the practice, gets the same bytes. A
    passphrase that was changed meanwhile makes a new one.
    """
    with alone(path.with_name(f".{path.name}.lock")):
        if path.exists():
            sealed = path.read_bytes()
            if opens_to(sealed, passphrase, workbook):
                return sealed
        sealed = seal(workbook, passphrase)
        if not opens_to(sealed, passphrase, workbook):
            raise OSError(f"{path.name} does not open again after it was encrypted.")
        write_atomically(path, sealed, mode=0o600)
    return sealed
