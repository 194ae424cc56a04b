"""JSON and lists from the screen that mean harm, and texts with a topology in them."""

from __future__ import annotations

import itertools

from hostile_cases import (
    MEGA,
    long,
    put,
    times,
)

put("JSON: 100,000 levels of lists", "u.json", "[{", '"a":', times("[", 100_000))
put("JSON: 100,000 levels of objects", "u.json", times('[{"a":', 100_000))
put("JSON: 100,000 levels, closed", "u.json", '[{"a":', times("[", 100_000), times("]", 100_000), "}]")
put(
    "JSON: 900 levels, closed",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":',
    '{"a":' * 900,
    "1",
    "}" * 900,
    "}]",
    refused=False,
)
put(
    "JSON: a million digits",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":',
    times("9", 1_000_000),
    "}]",
    refused=False,
)
put(
    "JSON: NaN and Infinity",
    "u.json",
    '[{"SipAddress":NaN,"RegistrarPool":-Infinity,"Enabled":1e999}]',
    refused=False,
)
put(
    "JSON: keys twice",
    "u.json",
    '[{"SipAddress":"a@b.c","SipAddress":"d@e.f","RegistrarPool":"x","registrarpool ":"y"}]',
    refused=False,
)
put("JSON: a million keys", "u.json", "[{", (f'"k{at}":1,' for at in range(1_000_000)), "}]")
put(
    "JSON: lone surrogates",
    "u.json",
    r'[{"SipAddress":"a\ud800@b.c","RegistrarPool":"\udfff","Enabled":"\ud800"}]',
    refused=False,
)
put(
    "JSON: NULs, escaped", "u.json", r'[{"SipAddress":"a\u0000@b.c","RegistrarPool":"\u0000"}]', refused=False
)
put("JSON: a NUL", "u.json", b'[{"SipAddress":"a\0@b.c"}]')
put("JSON: a string of 200 MB", "u.json", '[{"SipAddress":"', times(b"x", 200 * MEGA), '"}]')
put(
    "JSON: 200 MB of spaces",
    "u.json",
    "[",
    times(b" ", 200 * MEGA),
    '{"SipAddress":"a@b.c","RegistrarPool":"x"}]',
    refused=False,
)
put("JSON: 80 million empty objects", "u.json", "[{}", times(b",{}", 80_000_000), "]", refused=False)
put(
    "JSON: 80 million empty objects behind a good one",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b",{}", 80_000_000),
    "]",
)
put(
    "JSON: 80 million commas",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b",", 200_000_000),
    "]",
    refused=False,
)
put(
    "JSON: lists of lists",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b",[1,[2,[3]],{}]", 10_000_000),
    "]",
)
put(
    "JSON: one object without an end",
    "u.json",
    '{"SipAddress":"a@b.c","RegistrarPool":["x"',
    times(b',"y"', 50_000_000),
)
put(
    "JSON: one object of 3 MB, a hundred times",
    "u.json",
    '[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b',{"a":[' + b"1," * 700_000 + b"1]}", 60),
    "]",
    refused=False,
)
put(
    "JSON: a collector's file of empty lists",
    "u.json",
    '{"Users":[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b",[]", 20_000_000),
    "]}",
)
put(
    "JSON: a collector's file of empty objects",
    "u.json",
    '{"Users":[{"SipAddress":"a@b.c","RegistrarPool":"x"}',
    times(b",{}", 20_000_000),
    "]}",
)
put(
    "JSON: a collector's file of many lists",
    "u.json",
    '{"a":{"SipAddress":"a@b.c"}',
    times(b',"b":[{"c":1}]', 4_000_000),
    "}",
    refused=False,
)
put(
    "JSON: a collector's file of 60 MB in one string",
    "u.json",
    '{"Users":[{"SipAddress":"a@b.c"}],"x":"',
    times(b"\\u0041", 9_000_000),
    '"}',
    refused=False,
)
put("JSON: cut", "u.json", '[{"SipAddress":"a@b.c","RegistrarPool":"x"},')
put("JSON: not JSON", "u.json", "hello")
put(
    "JSON: keys that are one, spelled otherwise",
    "u.json",
    "[",
    ",".join('{"%s":1}' % (" " * at + "a") for at in range(3000)),
    "]",
    refused=False,
)
put(
    "JSON: a million distinct users",
    "u.json",
    "[",
    (b'{"SipAddress":"a%d@b.c","RegistrarPool":"x"},' % at for at in range(3_000_000)),
    "{}]",
    refused=False,
)


_BLOCK = b"SipAddress    : a@b.c\r\nRegistrarPool : x\r\n\r\n"
long("list: ten million lines", "users.txt", lambda: times(_BLOCK, 3_400_000))
long(
    "list: ten million empty lines",
    "users.txt",
    lambda: itertools.chain([_BLOCK], times(b"\r\n", 10_000_000)),
    refused=False,
)
long(
    "list: one object of ten million lines",
    "users.txt",
    lambda: itertools.chain([_BLOCK], times(b"Other         : x\r\n", 10_000_000)),
)
long(
    "list: a line of 200 MB",
    "users.txt",
    lambda: itertools.chain([_BLOCK, b"SipAddress    : "], times(b"x", 200 * MEGA)),
)
long(
    "list: a value in five million lines",
    "users.txt",
    lambda: itertools.chain([_BLOCK[:-2]], times(b"                x\r\n", 5_000_000)),
    refused=False,
)
put(
    "list: a value in 4,999 long lines",
    "users.txt",
    _BLOCK[:-2],
    times(b" " * 16 + b"y" * 40_000 + b"\r\n", 4_900),
    refused=False,
)
long(
    "list: a transcript of 60 MB",
    "log.txt",
    lambda: itertools.chain(
        [b"PS C:\\> Get-CsPool\r\n\r\n"],
        times(b"Identity : a\r\nFqdn     : b\r\n\r\nPS C:\\> Get-CsUser\r\n\r\n", 1_000_000),
    ),
    refused=False,
)
long(
    "list: a transcript of a million tables",
    "log.txt",
    lambda: times(b"PS C:\\> Get-CsPool\r\n\r\nA B\r\n- -\r\n1 2\r\n\r\n", 1_200_000),
    refused=False,
)
put(
    "list: four million spaces before a colon",
    "users.txt",
    _BLOCK,
    b"a",
    times(b" ", 4_000_000),
    b"x\r\n",
    refused=False,
)
put(
    "list: braces without an end",
    "users.txt",
    _BLOCK,
    "SipAddress    : a@b.c\r\nRegistrarPool : {",
    times("{,", 1_000_000),
    refused=False,
)
