"""Real inputs for tests: pages, codes, photos and PDFs, drawn here and not stored."""

from __future__ import annotations

import textwrap
from pathlib import Path

MARGIN = 90


def _page(text: str, *, size: int, width: int, height: int | None, columns: int) -> object:
    from PIL import Image, ImageDraw, ImageFont

    if not text.isascii():
        raise ValueError("Pillow's own font draws boxes for what is not ASCII")
    font = ImageFont.load_default(size=size)
    step = round(size * 1.5)
    rows: list[str] = []
    for paragraph in text.split("\n"):
        rows += textwrap.wrap(paragraph, columns) or [""]
    image = Image.new("RGB", (width, height or MARGIN * 2 + step * len(rows)), "white")
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(rows):
        draw.text((MARGIN, MARGIN + row * step), line, fill="black", font=font)
    return image


def draw_page(
    path: Path, text: str, *, size: int = 32, width: int = 1240, height: int | None = 1754, columns: int = 60
) -> Path:
    """A white page (A4 at 150 dpi unless told otherwise) with `text` in black; a line break stays one."""
    _page(text, size=size, width=width, height=height, columns=columns).save(path)  # type: ignore[attr-defined]
    return path


def draw_qr(path: Path, payload: str, *, box: int = 10) -> Path:
    """A QR code of `payload`; `box` is the side of one module in pixels."""
    import qrcode

    code = qrcode.QRCode(box_size=box, border=4)
    code.add_data(payload)
    code.make(fit=True)
    code.make_image(fill_color="black", back_color="white").save(str(path))
    return path


def draw_photo(path: Path) -> Path:
    """The photo of one astronaut that scikit-image ships (512 x 512, public domain, NASA)."""
    from PIL import Image
    from skimage import data

    Image.fromarray(data.astronaut()).save(path)
    return path


def draw_group(path: Path, people: int, *, gap: int = 40) -> Path:
    """The astronaut's face `people` times, side by side on a plain wall."""
    from PIL import Image
    from skimage import data

    head = Image.fromarray(data.astronaut()).crop((140, 20, 310, 230))
    wide, high = head.size
    wall = Image.new("RGB", (gap + (wide + gap) * people, high + gap * 2), (168, 176, 184))
    for place in range(people):
        wall.paste(head, (gap + place * (wide + gap), gap))
    wall.save(path)
    return path


def make_pdf(path: Path, text: str, *, scanned: bool = False, pages: int = 1) -> Path:
    """A PDF that says `text` on each page: as a picture (`scanned`) or as a real text layer."""
    if scanned:
        picture = _page(text, size=32, width=1240, height=1754, columns=60)
        picture.save(path, resolution=150, save_all=True, append_images=[picture] * (pages - 1))  # type: ignore[attr-defined]
        return path
    path.write_bytes(_text_pdf(text, pages))
    return path


def _text_pdf(text: str, pages: int) -> bytes:
    rows: list[str] = []
    for paragraph in text.split("\n"):
        rows += textwrap.wrap(paragraph, 80) or [""]
    shown = [row.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for row in rows]
    stream = "BT /F1 12 Tf 16 TL 72 760 Td " + " ".join(f"({row}) Tj T*" for row in shown) + " ET"
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for page in range(pages):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * page} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode()
