"""Cuts, joins and packs pictures: picture.py TARGET WIDEST MARGIN PICTURE...

Takes PNGs, cuts each to what is drawn on it and MARGIN pixels round it, puts them side by side in frames, makes the
whole no wider than WIDEST pixels, and writes it with a palette. Gives the same pixels for the same pictures.
"""

import sys

from PIL import Image, ImageChops, ImageDraw

GAP, COLOURS, FRAME = 16, 64, (190, 190, 190)


def cut(path, margin):
    """What is drawn on a picture, with a frame around it; the colour of its last corner is its paper."""
    picture = Image.open(path).convert("RGB")
    paper = picture.getpixel((picture.width - 1, picture.height - 1))
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, paper)).getbbox()
    if box is None:
        sys.exit(f"{path}: nothing is drawn on it")
    inner = picture.crop(box)
    framed = Image.new("RGB", (inner.width + 2 * margin, inner.height + 2 * margin), paper)
    framed.paste(inner, (margin, margin))
    ImageDraw.Draw(framed).rectangle((0, 0, framed.width - 1, framed.height - 1), outline=FRAME)
    return framed


def main(target, widest, margin, *paths):
    parts = [cut(path, int(margin)) for path in paths]
    width = sum(part.width for part in parts) + GAP * (len(parts) - 1)
    whole = Image.new("RGB", (width, max(part.height for part in parts)), "white")
    left = 0
    for part in parts:
        whole.paste(part, (left, 0))
        left += part.width + GAP
    if width > int(widest):
        whole = whole.resize((int(widest), round(whole.height * int(widest) / width)), Image.LANCZOS)
    # A few red words keep their colour.
    whole.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)


main(*sys.argv[1:])
