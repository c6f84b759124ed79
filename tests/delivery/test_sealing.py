"""The detail workbook encrypted: it opens with its practice's passphrase and with no other."""

import io
import subprocess
from pathlib import Path

import msoffcrypto
import olefile
import openpyxl
import pytest

from tests.delivery.small_site import COMMISSIONER, SmallSite, make, passphrase
from transforms.delivery import sealing

PHRASE = passphrase("Y90001")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    """A site of one practice with its real documents."""
    return make(tmp_path_factory.mktemp("real"), ("Y90001",), real=True)


@pytest.fixture(scope="module")
def workbook(real: SmallSite) -> bytes:
    return real.file("Y90001", "xlsx").read_bytes()


@pytest.fixture(scope="module")
def sealed(workbook: bytes) -> bytes:
    return sealing.seal(workbook, PHRASE)


def values(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in book}


def test_it_is_agile_encryption_with_aes_and_nothing_of_it_shows(sealed: bytes) -> None:
    with olefile.OleFileIO(io.BytesIO(sealed)) as file:
        assert file.exists("EncryptedPackage")
        header = file.openstream("EncryptionInfo").read()
    assert header[:4] == b"\x04\x00\x04\x00"  # version 4.4 is agile ([MS-OFFCRYPTO] 2.3.4.10)
    for said in (
        b'cipherAlgorithm="AES"',
        b'keyBits="256"',
        b'hashAlgorithm="SHA512"',
        b'spinCount="100000"',
    ):
        assert said in header
    assert b"Y90001" not in sealed
    assert b"xl/worksheets" not in sealed


def test_msoffcrypto_opens_it_to_the_same_bytes(workbook: bytes, sealed: bytes) -> None:
    opened = io.BytesIO()
    file = msoffcrypto.OfficeFile(io.BytesIO(sealed))
    file.load_key(password=PHRASE, verify_password=True)
    file.decrypt(opened, verify_integrity=True)
    assert opened.getvalue() == workbook
    assert sealing.opens_to(sealed, PHRASE, workbook)


@pytest.mark.parametrize("wrong", [passphrase("Y90002"), PHRASE.upper(), "", "x" * 300])
def test_no_other_passphrase_opens_it(workbook: bytes, sealed: bytes, wrong: str) -> None:
    assert not sealing.opens_to(sealed, wrong, workbook)


@pytest.mark.parametrize("spoil", [0, 600, 5_000, -2_000])
def test_a_file_spoilt_anywhere_does_not_pass(workbook: bytes, sealed: bytes, spoil: int) -> None:
    spoilt = bytearray(sealed)
    spoilt[spoil] ^= 0xFF
    assert not sealing.opens_to(bytes(spoilt), PHRASE, workbook)
    assert not sealing.opens_to(sealed[: len(sealed) // 2], PHRASE, workbook)


def test_it_is_sealed_once_and_anew_for_another_workbook_or_passphrase(
    workbook: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "folder" / "book.xlsx"
    first = sealing.sealed_file(path, workbook, PHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sealing.sealed_file(path, workbook, PHRASE) == first
    second = sealing.sealed_file(path, workbook, "another passphrase")
    assert sealing.opens_to(second, "another passphrase", workbook)
    third = sealing.sealed_file(path, workbook + b"\0", "another passphrase")
    assert sealing.opens_to(third, "another passphrase", workbook + b"\0")
    path.write_bytes(b"cut sho")
    assert sealing.opens_to(sealing.sealed_file(path, workbook, PHRASE), PHRASE, workbook)


# LibreOffice is given a passphrase by a macro of the profile that the test makes for it.
_MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Opening"
 script:language="StarBasic">
Sub OpenAndSave(given, back, phrase)
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = "Hidden" : how(0).Value = True
  how(1).Name = "Password" : how(1).Value = phrase
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
  On Error GoTo Ending
  book = StarDesktop.loadComponentFromURL(given, "_blank", 0, how())
  If Not IsNull(book) Then
    book.storeToURL(back, kind())
    book.close(True)
  End If
Ending:
  StarDesktop.terminate()
End Sub
</script:module>
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Opening"/>
</library:library>
"""


def test_libreoffice_opens_it_with_the_passphrase_and_with_no_other(
    workbook: bytes, sealed: bytes, tmp_path: Path
) -> None:
    given, back = tmp_path / "given.xlsx", tmp_path / "back.xlsx"
    given.write_bytes(sealed)
    open_and_save(tmp_path, given, back, "not the passphrase")
    assert not back.exists()
    open_and_save(tmp_path, given, back, PHRASE)
    assert [row[:6] for row in values(back.read_bytes())["Charges"]] == [
        row[:6] for row in values(workbook)["Charges"]
    ]


def open_and_save(folder: Path, given: Path, back: Path, phrase: str) -> None:
    """Have LibreOffice open a file with a passphrase and save it without one, if it opens."""
    library = folder / "profile" / "user" / "basic" / "Standard"
    library.mkdir(parents=True, exist_ok=True)
    (library / "script.xlb").write_text(_LIBRARY)
    (library / "Opening.xba").write_text(_MACRO)
    call = f'Standard.Opening.OpenAndSave("{given.as_uri()}","{back.as_uri()}","{phrase}")'
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            f"macro:///{call}",
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )


def test_the_whole_of_a_real_message_can_be_read_again(real: SmallSite) -> None:
    """A dry run of real documents: the page of the statement, the PDF and the sealed workbook."""
    import email
    import email.policy

    from tests.delivery.small_site import PERIOD
    from transforms.delivery import sending

    done = sending.dry_run(real.load(), COMMISSIONER, PERIOD)
    assert done.complete
    [written] = done.messages
    message = email.message_from_bytes(Path(written.reason).read_bytes(), policy=email.policy.SMTP)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "text/html",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
