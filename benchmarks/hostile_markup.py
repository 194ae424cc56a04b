"""Documents of XML, topologies and objects, that mean harm."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from hostile_cases import (
    MEGA,
    OBJS,
    TOPOLOGY,
    Piece,
    case,
    long,
    put,
    times,
)

_BOMB = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
put("XML: entities that grow", "topology.xml", f'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">{_BOMB}]><a>&a9;</a>')
put(
    "XML: entities that grow, in UTF-16",
    "topology.xml",
    f'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">{_BOMB}]><a>&a9;</a>'.encode("utf-16"),
)
put(
    "XML: one large entity, often",
    "topology.xml",
    f'<!DOCTYPE a [<!ENTITY x "{"x" * 100_000}">]><a>{"&x;" * 100_000}</a>',
)
put(
    "XML: an entity from a file",
    "topology.xml",
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
)
put(
    "XML: an entity from the net",
    "topology.xml",
    '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>',
)
put(
    "XML: a parameter entity",
    "topology.xml",
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///dev/zero"> %x;]><a/>',
)
put("XML: a DTD elsewhere", "topology.xml", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>')
put("XML: an empty DOCTYPE", "topology.xml", f'<!DOCTYPE Topology><Topology xmlns="{TOPOLOGY}"/>')
put(
    "XML: XInclude",
    "topology.xml",
    f'<Topology xmlns="{TOPOLOGY}">',
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></Topology>',
)
put("XML: a million levels", "topology.xml", f'<Topology xmlns="{TOPOLOGY}">', times("<a>", 1_000_000))
put("XML: an attribute of 60 MB", "topology.xml", '<a b="', times(b"x", 60 * MEGA), '"/>')
put("XML: a million attributes", "topology.xml", "<a ", (f'b{at}="" ' for at in range(1_000_000)), "/>")
put(
    "XML: a million namespaces",
    "topology.xml",
    "<a ",
    (f'xmlns:b{at}="u{at}" ' for at in range(1_000_000)),
    "/>",
)
put(
    "XML: a million elements with a namespace each",
    "topology.xml",
    "<a>",
    times('<b xmlns="u"/>', 1_100_000),
    "</a>",
)
put("XML: a name of 10 MB", "topology.xml", "<", times(b"a", 10 * MEGA), "/>")
put("XML: a text of 60 MB", "topology.xml", "<a>", times(b"x", 60 * MEGA), "</a>")
put("XML: a comment of 60 MB", "topology.xml", "<!--", times(b"x", 60 * MEGA), "--><a/>")
put("XML: a comment without an end", "topology.xml", "<a><!--", times(b"-x", 20 * MEGA))
put("XML: a CDATA section without an end", "topology.xml", "<a><![CDATA[", times(b"]", 40 * MEGA))
put("XML: a processing instruction of 60 MB", "topology.xml", "<a><?x ", times(b"x", 60 * MEGA), "?></a>")
put("XML: white space, 60 MB", "topology.xml", times(b" \n", 30 * MEGA))
put("XML: 4 million comments", "topology.xml", "<a>", times(b"<!--x-->", 4_000_000), "</a>", refused=False)
put("XML: line ends as references", "topology.xml", "<a>", times(b"&#10;", 12 * MEGA), "</a>", refused=False)
put("XML: a tag without an end", "topology.xml", "<a ", times(b'b="c" ', 10 * MEGA))
put("XML: a NUL", "topology.xml", "<a>\0</a>")
put("XML: two encodings", "topology.xml", "<a>ü</a>".encode(), "<b>ü</b>".encode("utf-16-le"))
put("XML: claims UTF-7", "topology.xml", '<?xml version="1.0" encoding="utf-7"?><a>+ADw-</a>', refused=False)
put(
    "XML: a topology of a million clusters",
    "topology.xml",
    f'<Topology xmlns="{TOPOLOGY}"><Clusters>',
    (f'<Cluster Fqdn="c{at}.x"><ClusterId SiteId="1" Number="{at}"/></Cluster>' for at in range(600_000)),
    "</Clusters></Topology>",
)
put(
    "XML: 300,000 topologies in one file",
    "topology.xml",
    "<a>",
    f'<Topology xmlns="{TOPOLOGY}"/>' * 300_000,
    "</a>",
)
put(
    "XML: topologies as texts of each other",
    "topology.xml",
    "<a>",
    f'&lt;Topology xmlns="{TOPOLOGY}"&gt;&lt;/Topology&gt;' * 100_000,
    "</a>",
)
long(
    "text: a topology begins a million times",
    "log.txt",
    lambda: times(f'<Topology xmlns="{TOPOLOGY}">'.encode(), 700_000),
    refused=False,
)
long(
    "text: a topology that does not end",
    "log.txt",
    lambda: itertools.chain(
        [b"x\n", f'<Topology xmlns="{TOPOLOGY}">'.encode()], times(b"<a b='c'>\n", 6_000_000)
    ),
    refused=False,
)
long(
    "text: a topology cut at the width of a console",
    "log.txt",
    lambda: itertools.chain(
        [b"x\n", f'<Topology xmlns="{TOPOLOGY}">'.encode()],
        times(b"<a b='c'\n/>\n", 5_000_000),
        [b"</Topology>"],
    ),
    refused=False,
)
put("XML: only the beginning", "topology.xml", f'<Topology xmlns="{TOPOLOGY}"><Sites>')
put("XML: a web page", "topology.xml", "<!DOCTYPE html><html><body>Sign in</body></html>")
put("XML: nothing", "topology.xml", "")


@case("XML: 999 files of a million elements", refused=False)
def _many_trees(folder: Path) -> None:
    text = ("<a>" + "<b/>" * 1_000_000 + "</a>").encode()
    (folder / "a0000.xml").write_bytes(text)
    for number in range(1, 900):
        os.link(folder / "a0000.xml", folder / f"a{number:04}.xml")


def _clixml(*pieces: Piece) -> tuple[Piece, ...]:
    return (OBJS, *pieces, "</Objs>")


put("CLIXML: a million levels", "o.xml", *_clixml('<Obj RefId="0"><LST>' * 1_000_000))
put("CLIXML: 190 levels, in time", "o.xml", *_clixml("<Obj><LST>" * 95, "</LST></Obj>" * 95), refused=False)
put(
    "CLIXML: objects that hold each other",
    "o.xml",
    *_clixml(
        '<Obj RefId="0"><Props><S N="SipAddress">a@b.c</S><S N="RegistrarPool">x</S><Ref N="Me" RefId="0"/>'
        '<Obj N="Other" RefId="1"><Props><Ref N="Back" RefId="0"/></Props></Obj></Props></Obj>'
    ),
    refused=False,
)
put(
    "CLIXML: references that double thirty times",
    "o.xml",
    *_clixml(
        '<Obj RefId="0"><LST><S>x</S><S>y</S></LST></Obj>',
        *(
            f'<Obj RefId="{at}"><LST><Ref RefId="{at - 1}"/><Ref RefId="{at - 1}"/></LST></Obj>'
            for at in range(1, 60)
        ),
        '<Obj RefId="99"><Props><S N="SipAddress">a@b.c</S><Ref N="RegistrarPool" RefId="59"/></Props></Obj>',
    ),
    refused=False,
)
put(
    "CLIXML: 300,000 references to one long list",
    "o.xml",
    *_clixml(
        '<Obj RefId="0"><LST>',
        times("<S>x</S>", 10_000),
        "</LST></Obj>",
        *(
            f'<Obj><Props><S N="SipAddress">a{at}@b.c</S><Ref N="RegistrarPool" RefId="0"/></Props></Obj>'
            for at in range(100_000)
        ),
    ),
    refused=False,
)
put(
    "CLIXML: a property each, a hundred thousand objects",
    "o.xml",
    *_clixml(f'<Obj><Props><S N="p{at}">x</S></Props></Obj>' for at in range(100_000)),
)
put(
    "CLIXML: rows in rows",
    "o.xml",
    *_clixml(
        '<Obj RefId="1"><LST>',
        times(
            '<Obj><Props><S N="Component">Meet</S><S N="Domain">x</S><S N="ActiveUrl">u</S></Props></Obj>',
            20_000,
        ),
        "</LST></Obj>",
        times('<Obj><Props><S N="Identity">g</S><Ref N="SimpleUrl" RefId="1"/></Props></Obj>', 20_000),
    ),
)
put(
    "CLIXML: a lone surrogate",
    "o.xml",
    *_clixml('<Obj><Props><S N="SipAddress">a_xD800_@b.c</S><S N="RegistrarPool">_xDFFF_</S></Props></Obj>'),
    refused=False,
)
