"""CSV files that mean harm, or are far too large."""

from __future__ import annotations

import itertools

from hostile_cases import (
    MEGA,
    USERS,
    long,
    numbered,
    put,
    times,
)

long(
    "CSV: ten million users",
    "users.csv",
    lambda: numbered(USERS, "u%d@contoso.com,x.contoso.com,True\r\n", 10_000_000),
)
long(
    "CSV: ten million times one user",
    "users.csv",
    lambda: itertools.chain([USERS], times(b"u@contoso.com,x.contoso.com,True\r\n", 10_000_000)),
)
long(
    "CSV: ten million meetings",
    "meetings.csv",
    lambda: numbered(b"organizer,conf_id,created\r\n", "u@contoso.com,M%d,2026-01-01\r\n", 10_000_000),
)
long(
    "CSV: ten million people and clients",
    "clients.csv",
    lambda: numbered(b"SipAddress,Client\r\n", "u%d@contoso.com,lync2013\r\n", 10_000_000),
)
long(
    "CSV: ten million lines of garbage",
    "users.csv",
    lambda: times(b"lorem ipsum dolor sit amet\r\n", 10_000_000),
    refused=False,
)
long(
    "CSV: ten million lines of garbage under a header",
    "users.csv",
    lambda: itertools.chain([USERS], times(b"lorem ipsum dolor sit amet\r\n", 10_000_000)),
)
long(
    "CSV: ten million empty lines under a header",
    "users.csv",
    lambda: itertools.chain([USERS], times(b"\r\n", 10_000_000)),
)
long(
    "CSV: ten million commas and lines",
    "users.csv",
    lambda: itertools.chain([USERS], times(b",,\r\n", 10_000_000)),
)
long(
    "CSV: ten million services",
    "services.csv",
    lambda: itertools.chain(
        [b"ComputerName,Name,Status\r\n"], times(b"fe1.contoso.com,RTCSRV,Running\r\n", 10_000_000)
    ),
)
long(
    "CSV: ten million carriage returns",
    "users.csv",
    lambda: itertools.chain([USERS], times(b"u@contoso.com,x,True\r", 10_000_000)),
)
long("CSV: a line of 1 GB", "users.csv", lambda: itertools.chain([USERS], times(b"x", 1 << 30)))
long("CSV: a first line of 1 GB", "users.csv", lambda: times(b"x", 1 << 30))
long("CSV: a first line of 1 GB of zeros", "users.csv", lambda: times(b"\0", 1 << 30))
long(
    "CSV: a header of 1 GB",
    "users.csv",
    lambda: itertools.chain([b"SipAddress,RegistrarPool"], times(b",x", 1 << 29)),
)
long(
    "CSV: a cell of 100 MB",
    "users.csv",
    lambda: itertools.chain([USERS, b'"'], times(b"x", 100 * MEGA), [b'",x,True\r\n']),
)
long(
    "CSV: a cell of 100 MB in lines",
    "users.csv",
    lambda: itertools.chain([USERS, b'"'], times(b"x\r\n", 34 * MEGA), [b'",x,True\r\n']),
)
long(
    "CSV: a quote without an end, 500 MB",
    "users.csv",
    lambda: itertools.chain([USERS, b'a@b.c,"'], times(b"u@contoso.com,x,True\r\n", 24_000_000)),
)
long("CSV: quotes, 200 MB", "users.csv", lambda: itertools.chain([USERS], times(b'"', 200 * MEGA)))
put(
    "CSV: a million columns",
    "users.csv",
    "SipAddress,RegistrarPool",
    (f",c{at}" for at in range(1_000_000)),
    "\r\n",
)
put(
    "CSV: a million columns of one name",
    "users.csv",
    "SipAddress,RegistrarPool",
    times(",c", 1_000_000),
    "\r\n",
)
put("CSV: 10,000 columns, short", "users.csv", "SipAddress,RegistrarPool", times(",c", 10_000), "\r\n")
put(
    "CSV: a million cells under three columns",
    "users.csv",
    USERS,
    times(b"x,", 1_000_000),
    b"\r\n",
    refused=False,
)
put("CSV: a NUL", "users.csv", USERS, b"a\0@contoso.com,x,True\r\n")
put("CSV: NULs in the header", "users.csv", b"SipAddress,\0RegistrarPool\r\n")
put("CSV: UTF-16 behind UTF-8", "users.csv", USERS, "zoë@contoso.com,x,True\r\n".encode("utf-16-le"))
put(
    "CSV: UTF-8 behind UTF-16",
    "users.csv",
    USERS.decode().encode("utf-16"),
    "zoë@contoso.com,x,True\r\n".encode() * 11,
)
put(
    "CSV: Windows-1252 behind UTF-8",
    "users.csv",
    USERS,
    "zoë@contoso.com,x,True\r\n".encode(),
    "zoë@contoso.com,x,True\r\n".encode("cp1252"),
)
put(
    "CSV: Windows-1252 behind a UTF-8 mark",
    "users.csv",
    b"\xef\xbb\xbf",
    USERS,
    "zoë@contoso.com,x,True\r\n".encode("cp1252"),
)
put(
    "CSV: UTF-8 behind Windows-1252",
    "users.csv",
    USERS,
    "zoë@contoso.com,x,True\r\n".encode("cp1252"),
    "zoë@contoso.com,x,True\r\n".encode() * 9,
)
put("CSV: lone surrogates in UTF-8", "users.csv", USERS, b"a\xed\xa0\x80@contoso.com,x,True\r\n")
put(
    "CSV: lone surrogates in UTF-16",
    "users.csv",
    ("\ufeff" + USERS.decode()).encode("utf-16-le"),
    b"a\0\x00\xd8",
    "@contoso.com,x,True\r\n".encode("utf-16-le"),
)
put(
    "CSV: half a character at the end of UTF-16",
    "users.csv",
    ("\ufeff" + USERS.decode() + "a@b.c,x,True\r\n").encode("utf-16-le"),
    b"a",
)
put(
    "CSV: formulas",
    "users.csv",
    USERS,
    b'=1+1@contoso.com,=cmd|\' /C calc\'!A0,True\r\n@SUM(a)@x.y,+x,-y\r\n"\ta@x.y","\rb",True\r\n',
    refused=False,
)
put(
    "CSV: escape sequences",
    "users.csv",
    USERS,
    b"\x1b[2Ja@contoso.com,\x1b]0;x\x07.contoso.com,\x1b[31m\r\n",
    refused=False,
)
put(
    "CSV: 100,000 digits",
    "replication.csv",
    b"ReplicaFqdn,UpToDate,LastStatusReport,ProductVersion\r\nfe1.x,True,",
    times(b"9", 100_000),
    b",",
    times(b"9", 100_000),
    b"\r\n",
    refused=False,
)
put(
    "CSV: numbers of 100,000 digits where numbers belong",
    "rules.csv",
    "Identity,Priority,Action,MajorVersion,MinorVersion,BuildNumber,QfeNumber,UserAgent,Enabled,CompareOp\r\nGlobal/1,",
    times("9", 100_000),
    ",Block,",
    times("9", 100_000),
    ",\u0663,²,-5%,OC,True,LSS\r\n",
    refused=False,
)
put(
    "CSV: conference directories of 100,000 digits",
    "d.csv",
    "Identity,ServiceId\r\n",
    times("9", 100_000),
    ",UserServer:x\r\n-1,x\r\n²,x\r\n",
    refused=False,
)
put(
    "CSV: ranges without an end",
    "orbits.csv",
    "Identity,NumberRangeStart,NumberRangeEnd,CallParkServiceId\r\na,",
    times("0", 50_000),
    ",",
    times("9", 50_000),
    ",ApplicationServer:x\r\nb,tel:+9,tel:+1,x\r\n",
    refused=False,
)
put(
    "CSV: dates that no calendar has",
    "replication.csv",
    "ReplicaFqdn,UpToDate,LastStatusReport\r\n",
    (
        f"fe{at}.x,True,{date}\r\n"
        for at, date in enumerate(
            [
                "0000-00-00",
                "9999-12-31T23:59:59",
                "10000-01-01",
                "-1",
                "2026-02-30T00:00:00",
                "2026-01-01T25:61:61",
                "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661",
                "1e9",
                "31/31/2026",
                "9999-12-31T23:59:59.9999999+14:00",
                "0001-01-01T00:00:00+14:00",
            ]
        )
    ),
    refused=False,
)
put(
    "CSV: meetings on dates that no calendar has",
    "meetings.csv",
    "organizer,conf_id,created,expires,directory_id\r\n",
    (
        f"a@b.c,M{at},{date},{date},{'9' * 5000}\r\n"
        for at, date in enumerate(
            [
                "0000-00-00",
                "9999-12-31",
                "0001-01-01T00:00:00+14:00",
                "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661",
                "-1",
            ]
        )
    ),
    refused=False,
)
put(
    "CSV: policies with odd numbers",
    "p.csv",
    "Identity,MaxMeetingSize,AllowAnonymousParticipantsInMeetings\r\nGlobal,-5,True\r\na,50%,x\r\nb,",
    times("9", 100_000),
    ",True\r\n",
    refused=False,
)
put(
    "CSV: an address of 100,000 characters",
    "users.csv",
    USERS,
    b"sip:",
    times(b"a", 100_000),
    b"@contoso.com,x,True\r\n",
    refused=False,
)
put(
    "CSV: 20,000 policies",
    "users.csv",
    b"SipAddress,RegistrarPool,VoicePolicy\r\n",
    (b"u%d@contoso.com,x,tag%d\r\n" % (at, at) for at in range(20_000)),
    refused=False,
)
put(
    "CSV: 70,000 pools",
    "users.csv",
    USERS,
    (b"u%d@contoso.com,p%d.contoso.com,True\r\n" % (at, at) for at in range(70_000)),
)
put(
    "CSV: 300,000 settings",
    "users.csv",
    USERS,
    (b"u%d@contoso.com,p.contoso.com,x%d\r\n" % (at, at) for at in range(300_000)),
)
put(
    "CSV: 70,000 SIP domains",
    "users.csv",
    USERS,
    (b"u@d%d.com,p.contoso.com,True\r\n" % at for at in range(300_000)),
    refused=False,
)
put(
    "CSV: every file the same",
    "again.csv",
    USERS,
    times(b"ann@contoso.com,x,True\r\n", 50_000),
    refused=False,
)
put(
    "CSV: 150,000 policies",
    "p.csv",
    "Identity,PstnUsages\r\n",
    (f"Tag:{at},a;b;c\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: a list of 60,000 in a cell",
    "p.csv",
    "Identity,PstnUsages\r\nGlobal,",
    ";".join(f"u{at}" for at in range(20_000)),
    "\r\n",
    refused=False,
)
put(
    "CSV: 150,000 voice routes",
    "r.csv",
    "Identity,Name,PstnUsages,PstnGatewayList\r\n",
    (f"r{at},r{at},u{at};v,PstnGateway:g{at}.x;PstnGateway:h.x\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 servers nobody knows",
    "services.csv",
    "ComputerName,Name,Status\r\n",
    (f"fe{at}.contoso.com,RTCSRV,Running\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 replicas",
    "replication.csv",
    "ReplicaFqdn,UpToDate,LastStatusReport\r\n",
    (f"fe{at}.contoso.com,True,2026-01-01T00:00:00\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 conference directories",
    "d.csv",
    "Identity,ServiceId\r\n",
    (f"{at},UserServer:x{at}.contoso.com\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 response groups",
    "g.csv",
    "Identity,Name,Active,PrimaryUri\r\n",
    (f"Service:1-ApplicationServer-1/{at},n{at},True,sip:r{at}@contoso.com\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 names",
    "names.csv",
    "Name,Type,Target,Side\r\n",
    (f"n{at}.contoso.com,CNAME,n{at + 1}.contoso.com,internal\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: names that lead in circles",
    "names.csv",
    "Name,Type,Target,Side\r\nmeet.contoso.com,CNAME,dialin.contoso.com,internal\r\ndialin.contoso.com,CNAME,meet.contoso.com,internal\r\n",
    refused=False,
)
put(
    "CSV: 150,000 certificates",
    "c.csv",
    "ComputerName,Use,Subject,AlternativeNames,Issuer,NotAfter\r\n",
    (f"fe{at % 9}.contoso.com,Default,CN=x{at},a{at};b,CA,2027-01-01\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 version rules",
    "rules.csv",
    "Identity,Priority,Action,MajorVersion,MinorVersion,BuildNumber,QfeNumber,UserAgent,Enabled,CompareOp\r\n",
    (f"Global/{at},{at},Block,{at % 20},,,,OC,True,LSS\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 allowed domains",
    "a.csv",
    "Domain,ProxyFqdn\r\n",
    (f"d{at}.example,\r\n" for at in range(150_000)),
    refused=False,
)
put(
    "CSV: 150,000 pools",
    "pools.csv",
    "Identity,Fqdn,Site,Computers,Services\r\n",
    (f"p{at},p{at}.contoso.com,Site:1,a;b,Registrar:p{at}\r\n" for at in range(150_000)),
    refused=False,
)
put("CSV: only a header", "users.csv", USERS, refused=False)
put("CSV: nothing", "users.csv", b"", refused=False)
