"""pyorch._safe_text: text out of any bytes, without ever raising."""

from hypothesis import given, settings
from hypothesis import strategies as st

MARK = "\ufffd"
quiet = settings(max_examples=200)


def safe(db, data):
    return db.execute("select pyorch._safe_text(%s)", [data.hex()]).fetchone()[0]


@quiet
@given(data=st.binary(max_size=200))
def test_any_bytes_become_text(db, data):
    text = safe(db, data)
    assert all(c >= " " or c in "\t\n\r" for c in text)
    # nothing is lost but what is broken
    clean = [c for c in data.decode("utf-8", "ignore") if c in "\t\n\r" or " " <= c < "\x7f" or c >= "\xa0"]
    assert text.replace(MARK, "") == "".join(clean).replace(MARK, "")


@quiet
@given(text=st.text(st.characters(min_codepoint=0xA0, exclude_categories=["Cs"]), max_size=50))
def test_clean_text_stays_as_it_is(db, text):
    assert safe(db, text.encode()) == text


def test_nul_and_control_characters_are_marked(db):
    assert safe(db, b"a\x00b\x1b[31m\x7f\x9b") == f"a{MARK}b{MARK}[31m{MARK}{MARK}"


def test_a_character_that_was_cut_in_two_is_marked(db):
    assert safe(db, "aé".encode()[:-1]) == f"a{MARK}"


def test_what_is_no_hexadecimal_gives_null(db):
    assert db.execute("select pyorch._safe_text('zz'), pyorch._safe_text('a'), pyorch._safe_text(null)").fetchone() == (
        None,
        None,
        None,
    )
