"""Reads a picture with a reader that is not Tessera's and prints what it found as JSON.

    python readers.py openslide|tifffile FILE [OUT]

OUT, if given, gets the pixels of every level one after the other: RGB, rows from the top, 8 bits.
"""

import json
import sys


def with_openslide(path):
    import numpy
    import openslide

    slide = openslide.OpenSlide(path)
    levels = []
    for level, size in enumerate(slide.level_dimensions):
        region = slide.read_region((0, 0), level, size)
        levels.append(numpy.asarray(region)[:, :, :3])
    about = {
        "vendor": slide.properties["openslide.vendor"],
        "mpp": slide.properties.get("openslide.mpp-x"),
        "power": slide.properties.get("openslide.objective-power"),
        "associated": {name: image.size for name, image in slide.associated_images.items()},
        "description": slide.properties.get("tiff.ImageDescription"),
    }
    return about, levels


def with_tifffile(path):
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        levels = [level.asarray() for level in tiff.series[0].levels]
        first = tiff.pages[0]
        about = {
            "big": tiff.is_bigtiff,
            "svs": tiff.is_svs,
            "ome": tiff.is_ome,
            "series": len(tiff.series),
            "pages": len(tiff.pages),
            "subfiles": [int(page.subfiletype) for page in tiff.pages],
            "tiled": [page.is_tiled for page in tiff.pages],
            "description": first.description,
            "resolution": first.get_resolution("micrometer")[0] if "XResolution" in first.tags else None,
            "xmp": first.tags["XMP"].value.decode(),
        }
    return about, levels


about, levels = {"openslide": with_openslide, "tifffile": with_tifffile}[sys.argv[1]](sys.argv[2])
about["levels"] = [[level.shape[1], level.shape[0]] for level in levels]
if len(sys.argv) > 3:
    with open(sys.argv[3], "wb") as out:
        for level in levels:
            out.write(level.tobytes())
json.dump(about, sys.stdout)
