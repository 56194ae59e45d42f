"""Which words of a request are files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.planning import mentioned
from hgtui.planning.rules.mentions import mentions, shaped


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        ("Read page.png", ("page.png",)),
        ("Read ./a/b.pdf, then ../c.PNG.", ("./a/b.pdf", "../c.PNG")),
        ('Describe "my file.png" please', ("my file.png",)),
        ("Describe 'holiday in rome.jpg'", ("holiday in rome.jpg",)),
        ("Describe “scan 1.pdf” and «scan 2.pdf»", ("scan 1.pdf", "scan 2.pdf")),
        ("transcribe ~/x.wav!", ("~/x.wav",)),
        (r"Read my\ scan.png", ("my scan.png",)),
        (r"Read C:\scans\page.png", (r"C:\scans\page.png",)),
        ("What is in (photo.jpg)?", ("photo.jpg",)),
        ("Is file(1).png like a.png,b.png;c.png?", ("file(1).png", "a.png", "b.png", "c.png")),
        ("image:page.png", ("page.png",)),
        ("page.png's edges and page.png’s depth", ("page.png",)),
        ("Grüße.txt und 図.png", ("Grüße.txt", "図.png")),
        ("see https://example.com/page.png and www.example.com/b.png", ("https://example.com/page.png",)),
        ("Describe https://example.com/cat.png.", ("https://example.com/cat.png",)),
        ("Describe (https://example.com/a_(b).png), please", ("https://example.com/a_(b).png",)),
        ("Describe https://example.com/cat?id=3,4;x=y#top!", ("https://example.com/cat?id=3,4;x=y#top",)),
        ('Describe "https://example.com/cat.png?w=1"', ("https://example.com/cat.png?w=1",)),
        ("What is in https://example.com/cat.png's sky and in ./b.png?", ("https://example.com/cat.png", "./b.png")),
        ("a,https://x.org/a.png;b.png", ("https://x.org/a.png;b.png",)),
        ("ftp://example.com/a.png and file:///etc/a.png", ()),
        ("https:// and http://... are no addresses", ()),
        ("animals, e.g. cats, i.e. pets. Mail bob@example.md", ()),
        ("Node.js, ASP.net, version 1.2 and all .png files", ()),
        ("Is 'I read notes.txt. It was good.' positive?", ()),
        ("", ()),
    ],
)
def test_a_word_with_a_known_suffix_is_a_file_and_nothing_else_is(request_: str, paths: tuple[str, ...]) -> None:
    assert mentioned(request_) == paths


@given(st.text(max_size=300))
def test_every_path_stands_in_the_request(request: str) -> None:
    for path in mentioned(request):
        assert path in request.replace("\\ ", " ") or path in request


@pytest.mark.parametrize("filling", ["'", "“", "«a", '"""a', "a.png ", "\\ ", "(", "a'", " 'a"])
def test_a_megabyte_of_request_is_scanned_only_so_far(filling: str) -> None:
    assert "end.png" not in mentioned(filling * (1_000_000 // len(filling)) + " end.png")


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        ("Summarize '/tmp/x/My Photos'", ("/tmp/x/My Photos",)),
        (r"Find faces in /tmp/x/My\ Photos/, then ./in.", ("/tmp/x/My Photos/", "./in")),
        ("Read ~/big.bin and data.bin, then photos/2024!", ("~/big.bin", "data.bin", "photos/2024")),
        ("Read page.png, /tmp/a.txt, https://example.com/x and ftp://example.com/y", ()),
        ("A slash / alone, a dot ., ../ and 'two\n/lines'", ()),
    ],
)
def test_what_has_the_shape_of_a_path_is_told_from_words(request_: str, paths: tuple[str, ...]) -> None:
    assert shaped(request_) == paths
    # Once there is something of that name it is a file for the planner.
    assert {one.text for one in mentions(request_, paths) if one.what == "file"} >= set(paths)
