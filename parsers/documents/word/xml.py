"""The XML parts of office files, parsed without entities, network or outsize trees."""

import zipfile
from functools import cache

from lxml import etree

from parsers.documents.packed.zips import read_member
from parsers.errors import NotAReport

# The largest part of a report seen is below 4 MB.
MAX_PART = 32 * 2**20
# Elements of a part; one costs about 150 bytes of memory.
MAX_TAGS = 1_500_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# "Strict" files use names of their own for the same elements.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def parse_xml(source: bytes, name: str) -> etree._Element:
    """The root of a part; raises NotAReport where it is no XML, too large, or declares entities."""
    if source.count(b"<") > MAX_TAGS:
        raise NotAReport(f"{name} holds more than {MAX_TAGS:,} elements; it is not read")
    for theirs, ours in _STRICT:
        source = source.replace(theirs, ours)
    try:
        root = etree.fromstring(source, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAReport(f"{name} cannot be parsed ({str(error)[:80]})") from None
    # Entities are declared there, and no office program writes one.
    if root.getroottree().docinfo.doctype:
        raise NotAReport(f"{name} has a document type of its own, as no office file does; it is not read")
    return root


def read_part(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    """The root of a part, or None where the package has no such part."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    return parse_xml(read_member(archive, info, MAX_PART), name.rpartition("/")[2])


def read_relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part by id: the last word of their type, and the name of the part that they lead to.

    What lies outside the package is left out. ``part`` is "" for the package itself.
    """
    folder, _, name = part.rpartition("/")
    root = read_part(archive, f"{folder}/_rels/{name}.rels".lstrip("/"))
    found: dict[str, tuple[str, str]] = {}
    for item in root.iter(_RELATION) if root is not None else ():
        if item.get("TargetMode") != "External":
            target = item.get("Target", "")
            kind = item.get("Type", "").rpartition("/")[2]
            found[item.get("Id", "")] = kind, _resolve(folder, target)
    return found


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
