# Export-Coexistence.ps1 - exports of a Lync or Skype for Business Server deployment for pytest-coexistence.
#
# NOT EXECUTED ON A PRODUCT SERVER. It was written from documented cmdlets and properties and parsed with a
# PowerShell grammar; no Lync or Skype for Business Server has run it. Read it before you start it.
#
# It only reads: Get-Cs* cmdlets, and one SELECT on the conferencing database with -Meetings. It makes one new
# folder, writes files into it and nowhere else, and sends nothing anywhere. Windows PowerShell 2.0 to 5.1, in
# the Management Shell of the product.
#
#   .\Export-Coexistence.ps1
#       everything that the Management Shell tells. Run it once, on a server of the newest version, with an
#       account that may read the configuration and ask the other servers for their services.
#   .\Export-Coexistence.ps1 -Local
#       services and builds of this one server: for Edge servers, which cannot be asked from inside, and for
#       Get-CsServerPatchVersion (2015 or later), which tells of its own server only.
#   .\Export-Coexistence.ps1 -Meetings
#       the scheduled meetings in this Front End's own database (RTCLOCAL; Lync Server 2013 or later).
#       -SqlInstance sql1\rtc  asks the back end of a Lync Server 2010 pool instead.
#       Reading that database is not supported by the vendor. Titles, keys and content are not read.
#   -Folder C:\twin
#       the folder to make. It must not be there yet; without it, one named by date and time is made where
#       you stand. Then put the files of all runs into one folder.
#   -Pseudonymise -KeyFile C:\secret\coexistence.key
#       addresses, hosts, domains, sites, policies, numbers and names are replaced before anything is written,
#       by the same key always in the same way (HMAC-SHA256). Keep the key file: without it nobody finds the
#       names again. It must have 32 bytes or more. To make one:
#       $b=New-Object byte[] 32; (New-Object Security.Cryptography.RNGCryptoServiceProvider).GetBytes($b); [IO.File]::WriteAllBytes('C:\secret\coexistence.key',$b)
#
# log.csv says of each file how many rows it has, or why it is not there. A file that could not be read to its
# end stays in the folder "unfinished", which is not looked into: half a list is none. Lists are joined by ;
# and dates are written as 2026-11-23T20:00:00, in whatever language the server speaks.
#
# Personal data: SIP addresses, and which pool and policies belong to them. No display names, no e-mail
# addresses, no phone numbers of people, no meeting titles.

param(
    [string]$Folder = '',
    [switch]$Local,
    [switch]$Meetings,
    [string]$SqlInstance = '',
    [switch]$Pseudonymise,
    [string]$KeyFile = ''
)

# No strict mode: a property that an older version does not have is an empty cell and no error.
$script:invariant = [Globalization.CultureInfo]::InvariantCulture
$script:log = @()
$script:count = 0
$script:mac = $null

if ($Pseudonymise) {
    if (-not $KeyFile -or -not (Test-Path -LiteralPath $KeyFile)) { throw 'Pseudonymise needs KeyFile: a file of 32 bytes or more. The header says how to make one.' }
    $key = [IO.File]::ReadAllBytes((Get-Item -LiteralPath $KeyFile).FullName)
    if ($key.Length -lt 32 -or $key.Length -gt 4096) { throw 'The key file must have from 32 to 4096 bytes.' }
    $script:mac = New-Object Security.Cryptography.HMACSHA256
    $script:mac.Key = $key
}

# ---- pseudonyms ------------------------------------------------------------------------------------------

# Names that the product or the Internet gives a meaning to stay, and so does a well-known end of a domain.
$script:kept = @('sip','sipinternal','sipexternal','lyncdiscover','lyncdiscoverinternal','meet','dialin','admin','autodiscover','ucupdates-r2','_sip','_sipinternal','_sipinternaltls','_sipfederationtls','_xmpp-server','_ntp','_tls','_tcp','_udp','www')
$script:ends = @('com','net','org','edu','gov','mil','int','info','biz','arpa','local','localdomain','lan','internal','intern','intra','corp','home','test','example','invalid')
$script:ours = @('Caa','Cas','Cps','PDP','RGS','testbot')

function Get-Digest($kind, $text) {
    , $script:mac.ComputeHash([Text.Encoding]::UTF8.GetBytes($kind + ':' + $text))
}

function Get-Word($kind, $text) {
    $bytes = Get-Digest $kind ($text.ToLowerInvariant())
    'x' + ([BitConverter]::ToString($bytes, 0, 8)).Replace('-', '').ToLowerInvariant()
}

function Hide-Name($text) {
    if (-not $script:mac -or $text -eq '') { return $text }
    Get-Word 'name' $text
}

# Hosts and domains, part for part, so that hosts of one domain stay in one domain.
function Hide-Host($text) {
    if (-not $script:mac -or $text -eq '') { return $text }
    if ($text -match '^[0-9]+(\.[0-9]+){3}$' -or $text -match '^[0-9a-f]*:[0-9a-f:]*:[0-9a-f.]*$') {
        $bytes = Get-Digest 'ip' $text
        return ('10.' + $bytes[0] + '.' + $bytes[1] + '.' + $bytes[2])
    }
    $labels = $text.TrimEnd('.').Split('.')
    $made = @()
    for ($at = 0; $at -lt $labels.Length; $at++) {
        $label = $labels[$at].ToLowerInvariant()
        $ends = ($at -gt 0) -and ($at -eq $labels.Length - 1) -and (($label -match '^[a-z]{2}$') -or ($script:ends -contains $label))
        if ($ends -or $label -eq '' -or $label -eq '*' -or ($script:kept -contains $label)) { $made += $label } else { $made += (Get-Word 'label' $label) }
    }
    [string]::Join('.', $made)
}

function Hide-Number($text) {
    if (-not $script:mac -or $text -eq '') { return $text }
    if ($text -notmatch '^[0-9\s+()./,*#-]*[0-9](;?\s*(ext|x)[.=]?\s*[0-9]+)?$') { return (Get-Word 'name' $text) }
    $bytes = Get-Digest 'number' $text
    $made = ''
    $at = 0
    foreach ($letter in $text.ToCharArray()) {
        if ($letter -ge '0' -and $letter -le '9') { $made += [string]($bytes[$at % 32] % 10); $at++ } else { $made += $letter }
    }
    $made
}

# A SIP address or a telephone number, with or without its scheme; what follows the domain is left out.
function Hide-Address($text) {
    if (-not $script:mac -or $text -eq '') { return $text }
    $scheme = ''
    $rest = $text
    if ($text -match '^(sips?|tel|im|mailto|xmpp):') { $scheme = $matches[0].ToLowerInvariant(); $rest = $text.Substring($scheme.Length) }
    $at = $rest.IndexOf('@')
    if ($at -lt 0) { return ($scheme + (Hide-Number $rest)) }
    $domain = ($rest.Substring($at + 1) -split '[;:?>\s]')[0]
    $scheme + (Get-Word 'person' ($rest.Substring(0, $at))) + '@' + (Hide-Host $domain)
}

# A site's id may be a number, which is nobody's name.
function Hide-Site($text) {
    if ($text -match '^[0-9]+$') { return $text }
    Hide-Name $text
}

# Registrar:pool.contoso.com, service:ApplicationServer:pool.contoso.com/guid, UserDatabase:sql\instance, or a
# pool alone. A bare number stands for a pool that could not be found.
function Hide-Service($text) {
    if (-not $script:mac -or $text -eq '' -or $text -match '^[0-9]+$') { return $text }
    $rest = ''
    $slash = $text.IndexOfAny('/\'.ToCharArray())
    if ($slash -ge 0) { $rest = $text.Substring($slash, 1) + (Hide-Name ($text.Substring($slash + 1))); $text = $text.Substring(0, $slash) }
    $colon = $text.LastIndexOf(':')
    $text.Substring(0, $colon + 1) + (Hide-Host ($text.Substring($colon + 1))) + $rest
}

# 1-WebServices-1: the site's id comes first.
function Hide-ServiceId($text) {
    if ($text -match '^(.*)(-[A-Za-z]+-[0-9]+)$') { return ((Hide-Site $matches[1]) + $matches[2]) }
    Hide-Name $text
}

# SRV: stands for a server of one's own; anything else is somebody else's.
function Hide-Provider($text) {
    if ($text -match '^SRV:') { return 'SRV:' }
    Hide-Host $text
}

# Where something counts: Global, Site:Redmond, Tag:Executives, Service:Registrar:pool.contoso.com, or a name.
function Hide-Scope($text) {
    if (-not $script:mac -or $text -eq '' -or $text -eq 'Global') { return $text }
    $slash = $text.IndexOf('/')
    if ($slash -ge 0) { return ((Hide-Scope ($text.Substring(0, $slash))) + '/' + (Hide-Name ($text.Substring($slash + 1)))) }
    if ($text -match '^Site:') { return ('Site:' + (Hide-Site ($text.Substring(5)))) }
    if ($text -match '^Tag:') { return ('Tag:' + (Hide-Name ($text.Substring(4)))) }
    if ($text -match '^(Service|Registrar|PstnGateway|UserServer):') { return (Hide-Service $text) }
    Hide-Name $text
}

function Hide-Url($text) {
    if (-not $script:mac -or $text -eq '') { return $text }
    $at = $text.IndexOf('://')
    if ($at -lt 0) { return (Hide-Host $text) }
    $parts = $text.Substring($at + 3).Split('/')
    $made = @()
    for ($each = 0; $each -lt $parts.Length; $each++) {
        $part = $parts[$each]
        if ($each -eq 0) {
            $part = $part.Substring($part.LastIndexOf('@') + 1)
            $port = ''
            if ($part -match ':[0-9]*$') { $port = $matches[0]; $part = $part.Substring(0, $part.Length - $port.Length) }
            $made += ((Hide-Host $part) + $port)
        } elseif ($part -eq '' -or ($script:kept -contains $part)) { $made += $part } else { $made += (Hide-Name $part) }
    }
    $text.Substring(0, $at + 3) + [string]::Join('/', $made)
}

# An application is the product's own, or somebody called it something.
function Hide-Urn($text) {
    if (-not $script:mac -or $text -notmatch '^urn:application:') { return $text }
    $name = $text.Substring(16)
    if ($script:ours -contains $name) { return $text }
    'urn:application:' + (Hide-Name $name)
}

# Of a name in the directory, the part that tells the pool: CN=1:2 of CN=Lc Services,...,CN=1:2,CN=Pools,...
function Get-Cluster($text) {
    if ($text -match 'CN=([^,:=]+):([0-9]+)(,|$)') { return ('CN=' + (Hide-Site $matches[1]) + ':' + $matches[2]) }
    ''
}

# Of a name in the directory, what the object is called; the folders that it is in stay at home.
function Get-Leaf($text) {
    if ($text -match '^CN=((?:[^,\\]|\\.)+)') { return ('CN=' + (Hide-Name $matches[1])) }
    Hide-Name $text
}

# What stands in an attribute of the topology. One that nobody knows is taken for a name.
function Hide-Attribute($element, $name, $value) {
    if (@('Fqdn','Host','ConfiguredFqdn','AlwaysOnPrimaryNodeFqdn','DefaultDomain') -contains $name) { return (Hide-Host $value) }
    if ($name -eq 'Name' -and $element -eq 'InternalDomain') { return (Hide-Host $value) }
    if (@('IPAddress','ConfiguredIPAddress') -contains $name) { return (Hide-Host $value) }
    if (@('Url','ActiveUrl','DiscoveryUrl') -contains $name) { return (Hide-Url $value) }
    if (@('SiteId','ParentSiteId') -contains $name) { return (Hide-Site $value) }
    if ($name -eq 'Owner') { return (Hide-Urn $value) }
    if ($value -match '^(true|false|[0-9]+)$') { return $value }
    if (@('RoleName','Type','Usage','InterfaceSide','Protocol','GruuType','ComponentName','Vendor') -contains $name) { return $value }
    Hide-Name $value
}

# By get_ methods: PowerShell shows an attribute called Name in place of the node's own name.
function Hide-Element($element) {
    foreach ($attribute in @($element.get_Attributes())) {
        $name = $attribute.get_LocalName()
        if ($name -eq 'xmlns' -or $attribute.get_Prefix() -eq 'xmlns') { continue }
        $attribute.set_Value((Hide-Attribute ($element.get_LocalName()) $name ($attribute.get_Value())))
    }
    foreach ($child in @($element.get_ChildNodes())) {
        if ($child -is [Xml.XmlElement]) { continue }
        if ($child -isnot [Xml.XmlText]) { [void]$element.RemoveChild($child); continue }
        $text = $child.get_Value().Trim()
        if ($text -notmatch '^(true|false|[0-9]+)$') { $child.set_Value((Hide-Name $text)) }
    }
}

# ---- columns ---------------------------------------------------------------------------------------------

# Objects as text, the same in every language.
function Plain($name) { @{n = $name; e = [scriptblock]::Create("`"`$(`$_.$name)`"") } }
# The same through a function of those above.
function Made($name, $by) { @{n = $name; e = [scriptblock]::Create("$by `"`$(`$_.$name)`"") } }
# A list, joined by ;
function Joined($name, $by) { @{n = $name; e = [scriptblock]::Create("@(@(`$_.$name) | ForEach-Object { $by `"`$_`" }) -join ';'") } }
function Moment($name) { @{n = $name; e = [scriptblock]::Create("Get-Moment `$_.$name") } }
# A column by which the file is recognised, and of which nobody needs the content.
function Blank($name) { @{n = $name; e = { '' } } }

function Get-Moment($value) {
    if ($value -eq $null -or $value -is [DBNull] -or "$value" -eq '') { return '' }
    ([datetime]$value).ToString('yyyy-MM-ddTHH:mm:ss', $script:invariant)
}

# ---- files -----------------------------------------------------------------------------------------------

# What went wrong; messages may name people, so under pseudonyms only the kind of error is told.
function Get-Problem($record) {
    if ($script:mac) { return $record.Exception.GetType().Name }
    "$record" -replace '\s+', ' '
}

function Add-Log($file, $rows, $problem) {
    $script:log += New-Object psobject -Property @{File = $file; Rows = $rows; Problem = $problem }
    if ($problem) { Write-Host ($file + ': NOT WRITTEN, ' + $problem) } else { Write-Host ($file + ': ' + $rows + ' rows') }
}

# Runs one reading part, row by row, and writes its rows, or the header alone where there are none. A part that
# fails is logged, and its file stays unfinished: an empty list and a list that nobody read are not the same.
function Save-Rows($file, $cmdlet, $columns, [scriptblock]$read) {
    if ($cmdlet -and -not (Get-Command $cmdlet -ErrorAction SilentlyContinue)) {
        Add-Log $file 0 ('there is no ' + $cmdlet + ' here')
        return
    }
    $script:count = 0
    try {
        $part = Join-Path $script:unfinished ($file + '.csv')
        & $read | Where-Object { $_ -ne $null } | ForEach-Object { $script:count++; $_ } | Select-Object $columns | Export-Csv $part -NoTypeInformation -Encoding UTF8 -ErrorAction Stop
        if ($script:count -eq 0) {
            ('"' + (@($columns | ForEach-Object { $_.n }) -join '","') + '"') | Out-File $part -Encoding UTF8 -ErrorAction Stop
        }
        Move-Item -LiteralPath $part -Destination (Join-Path $Folder ($file + '.csv')) -ErrorAction Stop
        Add-Log $file $script:count ''
    } catch {
        Add-Log $file $script:count (Get-Problem $_)
    }
}

function Save-Topology {
    try {
        $document = New-Object Xml.XmlDocument
        $document.LoadXml((Get-CsTopology -AsXml -ErrorAction Stop).ToString())
        $elements = @($document.SelectNodes('//*'))
        if ($script:mac) { $elements | ForEach-Object { Hide-Element $_ } }
        $document.Save((Join-Path $Folder 'topology.xml'))
        Add-Log 'topology' $elements.Length ''
    } catch {
        Add-Log 'topology' 0 (Get-Problem $_)
    }
}

# Services of one server; a server that cannot be asked is a row that says so, and stops nobody else's.
function Read-Services($computer, [switch]$Here) {
    try {
        if ($Here) { $found = @(Get-CsWindowsService -ExcludeActivityLevel -ErrorAction Stop) } else { $found = @(Get-CsWindowsService -ComputerName $computer -ExcludeActivityLevel -ErrorAction Stop) }
    } catch {
        Add-Log ('windowsservices of ' + (Hide-Host $computer)) 0 (Get-Problem $_)
        $found = @(New-Object psobject -Property @{Name = ''; DisplayName = ''; Status = 'NotCollected' })
    }
    $found | Select-Object @{n = 'ComputerName'; e = { Hide-Host $computer } }, 'Name', 'DisplayName', 'Status'
}

# The rows of a query, one at a time: a Front End may hold some hundred thousand meetings.
function Read-Meetings($instance, $query) {
    $connection = New-Object Data.SqlClient.SqlConnection -ArgumentList "server=$instance;database=rtc;Integrated Security=SSPI"
    try {
        $connection.Open()
        $command = $connection.CreateCommand()
        $command.CommandText = $query
        $command.CommandTimeout = 600
        $reader = $command.ExecuteReader()
        while ($reader.Read()) {
            New-Object psobject -Property @{organizer = "$($reader['organizer'])"; conf_id = "$($reader['conf_id'])"; is_static = "$($reader['is_static'])"; created = $reader['created']; expires = $reader['expires']; pstn_authority = "$($reader['pstn_authority'])"; pstn_local = "$($reader['pstn_local'])" }
        }
    } finally {
        $connection.Close()
    }
}

# ---- the folder ------------------------------------------------------------------------------------------

if (-not $Meetings -and -not (Get-Command Get-CsWindowsService -ErrorAction SilentlyContinue)) { throw 'There are no cmdlets of the product here. Start the Lync Server or Skype for Business Server Management Shell.' }
if (-not $Folder) { $Folder = Join-Path (Get-Location -PSProvider FileSystem).ProviderPath ('coexistence-' + (Get-Date).ToString('yyyy-MM-dd-HHmmss', $script:invariant)) }
if ($Folder -match '[][*?]') { throw 'Give a Folder without brackets and stars.' }
if (Test-Path -LiteralPath $Folder) { throw ($Folder + ' is there already. Give a Folder that is not: nothing is ever written over.') }
$Folder = (New-Item -ItemType Directory -Path $Folder -ErrorAction Stop).FullName
$script:unfinished = (New-Item -ItemType Directory -Path (Join-Path $Folder 'unfinished') -ErrorAction Stop).FullName
$here = "$env:COMPUTERNAME"
try { $here = ([Net.Dns]::GetHostByName($here)).HostName } catch { Write-Host 'The full name of this server could not be found; its short one is used.' }
$label = Hide-Host $here
$services = @((Plain 'ComputerName'), (Plain 'Name'), (Plain 'DisplayName'), (Plain 'Status'))
$logName = 'log'

if ($Local) {
    $logName = 'log-services-' + $label
    Save-Rows ('windowsservices-' + $label) 'Get-CsWindowsService' $services { Read-Services $here -Here }
    Save-Rows ('patchversion-' + $label) 'Get-CsServerPatchVersion' @((Plain 'ComponentName'), (Plain 'Version'), @{n = 'ComputerName'; e = { $label } }) { Get-CsServerPatchVersion -ErrorAction Stop }
} elseif ($Meetings) {
    $logName = 'log-meetings-' + $label
    $query = 'SELECT r.UserAtHost AS organizer, c.ExternalConfId AS conf_id, c.Static AS is_static, c.ProvisionTime AS created, c.ExpiryTime AS expires, c.PstnAuthorityId AS pstn_authority, c.PstnLocalId AS pstn_local FROM rtc.dbo.Conference c JOIN rtc.dbo.Resource r ON c.OrganizerId = r.ResourceId'
    $front = $label
    if ($SqlInstance) { $front = '' } else { $SqlInstance = "$env:COMPUTERNAME\rtclocal" }
    $columns = @(@{n = 'front_end'; e = { $front } }, (Made 'organizer' 'Hide-Address'), (Made 'conf_id' 'Hide-Name'), (Plain 'is_static'), (Moment 'created'), (Moment 'expires'), (Plain 'pstn_authority'), (Made 'pstn_local' 'Hide-Number'))
    Save-Rows ('meetings-' + $label) '' $columns { Read-Meetings $SqlInstance $query }
} else {
    # ---- topology ----------------------------------------------------------------------------------------
    Save-Topology

    # ---- people ------------------------------------------------------------------------------------------
    $people = @((Made 'SipAddress' 'Hide-Address'), (Plain 'Enabled'), (Made 'RegistrarPool' 'Hide-Service'), (Made 'TargetRegistrarPool' 'Hide-Service'), (Made 'HomeServer' 'Get-Cluster'), (Made 'HostingProvider' 'Hide-Provider'), (Plain 'EnterpriseVoiceEnabled'), (Made 'ConferencingPolicy' 'Hide-Scope'), (Made 'ExternalAccessPolicy' 'Hide-Scope'), (Made 'VoicePolicy' 'Hide-Scope'), (Made 'ClientPolicy' 'Hide-Scope'), (Made 'ClientVersionPolicy' 'Hide-Scope'), (Made 'MobilityPolicy' 'Hide-Scope'), (Made 'UserServicesPolicy' 'Hide-Scope'))
    Save-Rows 'users' 'Get-CsUser' $people { Get-CsUser -ErrorAction Stop }
    Save-Rows 'meetingrooms' 'Get-CsMeetingRoom' ($people + @{n = 'MeetingRoom'; e = { 'True' } }) { Get-CsMeetingRoom -ErrorAction Stop }

    # ---- services and replication ------------------------------------------------------------------------
    Save-Rows 'windowsservices' 'Get-CsComputer' $services { Get-CsComputer -ErrorAction Stop | ForEach-Object { Read-Services "$($_.Fqdn)" } }
    Save-Rows 'replication' 'Get-CsManagementStoreReplicationStatus' @((Made 'ReplicaFqdn' 'Hide-Host'), (Plain 'UpToDate'), (Plain 'ProductVersion'), (Moment 'LastStatusReport'), (Moment 'LastUpdateCreation')) { Get-CsManagementStoreReplicationStatus -ErrorAction Stop }
    Save-Rows 'cmsstatus' 'Get-CsManagementStoreReplicationStatus' @((Made 'ActiveMasterFqdn' 'Hide-Host'), (Moment 'LastUpdatedOn')) { Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus -ErrorAction Stop }
    Save-Rows 'cmsconnection' 'Get-CsManagementConnection' @((Plain 'StoreProvider'), (Made 'SqlServer' 'Hide-Host')) { Get-CsManagementConnection -ErrorAction Stop }

    # ---- what belongs to pools ---------------------------------------------------------------------------
    Save-Rows 'conferencedirectories' 'Get-CsConferenceDirectory' @((Plain 'Identity'), (Made 'ServiceId' 'Hide-Service')) { Get-CsConferenceDirectory -ErrorAction Stop }
    Save-Rows 'accessnumbers' 'Get-CsDialInConferencingAccessNumber' @((Made 'Identity' 'Get-Leaf'), (Made 'PrimaryUri' 'Hide-Address'), (Made 'Pool' 'Hide-Service'), (Joined 'Regions' 'Hide-Name')) { Get-CsDialInConferencingAccessNumber -ErrorAction Stop }
    Save-Rows 'rgsworkflows' 'Get-CsRgsWorkflow' @((Made 'Identity' 'Hide-Service'), (Plain 'Active'), (Made 'PrimaryUri' 'Hide-Address')) { Get-CsRgsWorkflow -ErrorAction Stop }
    Save-Rows 'callparkorbits' 'Get-CsCallParkOrbit' @((Made 'Identity' 'Hide-Name'), (Blank 'NumberRangeStart'), (Made 'CallParkServiceId' 'Hide-Service'), (Made 'CallParkServerFqdn' 'Hide-Host')) { Get-CsCallParkOrbit -ErrorAction Stop }
    Save-Rows 'unassignednumbers' 'Get-CsUnassignedNumber' @((Made 'Identity' 'Hide-Name'), (Blank 'NumberRangeStart'), (Made 'AnnouncementServiceId' 'Hide-Service'), (Made 'AnnouncementServerFqdn' 'Hide-Host'), @{n = 'ExUmAutoAttendantPhoneNumber'; e = { if ("$($_.ExUmAutoAttendantPhoneNumber)") { 'set' } else { '' } } }) { Get-CsUnassignedNumber -ErrorAction Stop }
    Save-Rows 'commonareaphones' 'Get-CsCommonAreaPhone' @((Made 'Identity' 'Get-Leaf'), (Made 'SipAddress' 'Hide-Address'), (Made 'RegistrarPool' 'Hide-Service'), (Made 'HomeServer' 'Get-Cluster'), (Blank 'DisplayNumber')) { Get-CsCommonAreaPhone -ErrorAction Stop }
    Save-Rows 'analogdevices' 'Get-CsAnalogDevice' @((Made 'Identity' 'Get-Leaf'), (Made 'SipAddress' 'Hide-Address'), (Made 'RegistrarPool' 'Hide-Service'), (Made 'HomeServer' 'Get-Cluster'), (Plain 'AnalogFax')) { Get-CsAnalogDevice -ErrorAction Stop }
    Save-Rows 'exumcontacts' 'Get-CsExUmContact' @((Made 'Identity' 'Get-Leaf'), (Made 'SipAddress' 'Hide-Address'), (Made 'RegistrarPool' 'Hide-Service'), (Made 'HomeServer' 'Get-Cluster'), (Plain 'AutoAttendant')) { Get-CsExUmContact -ErrorAction Stop }
    Save-Rows 'trustedappendpoints' 'Get-CsTrustedApplicationEndpoint' @((Made 'Identity' 'Get-Leaf'), (Made 'SipAddress' 'Hide-Address'), (Made 'RegistrarPool' 'Hide-Service'), (Made 'HomeServer' 'Get-Cluster'), (Made 'OwnerUrn' 'Hide-Urn')) { Get-CsTrustedApplicationEndpoint -ErrorAction Stop }
    Save-Rows 'trustedapps' 'Get-CsTrustedApplication' @((Made 'ApplicationId' 'Hide-Urn'), (Made 'TrustedApplicationPoolFqdn' 'Hide-Host')) { Get-CsTrustedApplication -ErrorAction Stop }
    Save-Rows 'trustedapppools' 'Get-CsTrustedApplicationPool' @((Made 'Identity' 'Hide-Service'), (Made 'Registrar' 'Hide-Service'), (Plain 'ThrottleAsServer')) { Get-CsTrustedApplicationPool -ErrorAction Stop }

    # ---- what was configured -----------------------------------------------------------------------------
    Save-Rows 'conferencing-policies' 'Get-CsConferencingPolicy' @((Made 'Identity' 'Hide-Scope'), (Plain 'AllowAnonymousParticipantsInMeetings'), (Plain 'MaxMeetingSize')) { Get-CsConferencingPolicy -ErrorAction Stop }
    Save-Rows 'external-access-policies' 'Get-CsExternalAccessPolicy' @((Made 'Identity' 'Hide-Scope'), (Plain 'EnableFederationAccess'), (Plain 'EnableOutsideAccess'), (Plain 'EnableXmppAccess')) { Get-CsExternalAccessPolicy -ErrorAction Stop }
    Save-Rows 'voice-policies' 'Get-CsVoicePolicy' @((Made 'Identity' 'Hide-Scope'), (Joined 'PstnUsages' 'Hide-Name')) { Get-CsVoicePolicy -ErrorAction Stop }
    Save-Rows 'client-policies' 'Get-CsClientPolicy' @((Made 'Identity' 'Hide-Scope'), (Plain 'AddressBookAvailability'), (Plain 'EnableAppearOffline'), (Plain 'DisableEmoticons')) { Get-CsClientPolicy -ErrorAction Stop }
    Save-Rows 'mobility-policies' 'Get-CsMobilityPolicy' @((Made 'Identity' 'Hide-Scope'), (Plain 'EnableMobility'), (Plain 'EnableOutsideVoice')) { Get-CsMobilityPolicy -ErrorAction Stop }
    Save-Rows 'userservices-policies' 'Get-CsUserServicesPolicy' @((Made 'Identity' 'Hide-Scope'), (Plain 'UcsAllowed')) { Get-CsUserServicesPolicy -ErrorAction Stop }
    Save-Rows 'meeting-configuration' 'Get-CsMeetingConfiguration' @((Made 'Identity' 'Hide-Scope'), (Plain 'PstnCallersBypassLobby'), (Plain 'AdmitAnonymousUsersByDefault')) { Get-CsMeetingConfiguration -ErrorAction Stop }
    Save-Rows 'webservice-configuration' 'Get-CsWebServiceConfiguration' @((Made 'Identity' 'Hide-Scope'), (Plain 'ShowJoinUsingLegacyClientLink'), (Plain 'ShowAlternateJoinOptionsExpanded')) { Get-CsWebServiceConfiguration -ErrorAction Stop }
    Save-Rows 'dialplans' 'Get-CsDialPlan' @((Made 'Identity' 'Hide-Scope'), (Made 'DialinConferencingRegion' 'Hide-Name')) { Get-CsDialPlan -ErrorAction Stop }
    Save-Rows 'voiceroutes' 'Get-CsVoiceRoute' @((Made 'Identity' 'Hide-Name'), (Made 'Name' 'Hide-Name'), (Joined 'PstnUsages' 'Hide-Name'), (Joined 'PstnGatewayList' 'Hide-Service')) { Get-CsVoiceRoute -ErrorAction Stop }
    Save-Rows 'clientversionrules' 'Get-CsClientVersionPolicyRule' @((Made 'Identity' 'Hide-Scope'), (Plain 'Priority'), (Plain 'Action'), (Plain 'MajorVersion'), (Plain 'MinorVersion'), (Plain 'BuildNumber'), (Plain 'QfeNumber'), (Plain 'UserAgent'), (Plain 'Enabled'), (Plain 'CompareOp')) { Get-CsClientVersionPolicyRule -ErrorAction Stop }
    Save-Rows 'clientversionconfig' 'Get-CsClientVersionConfiguration' @((Made 'Identity' 'Hide-Scope'), (Plain 'Enabled'), (Plain 'DefaultAction')) { Get-CsClientVersionConfiguration -ErrorAction Stop }
    Save-Rows 'simpleurls' 'Get-CsSimpleUrlConfiguration' @((Made 'Identity' 'Hide-Scope'), (Plain 'Component'), (Made 'Domain' 'Hide-Host'), (Made 'ActiveUrl' 'Hide-Url')) {
        Get-CsSimpleUrlConfiguration -ErrorAction Stop | ForEach-Object {
            $scope = "$($_.Identity)"
            $_.SimpleUrl | ForEach-Object { New-Object psobject -Property @{Identity = $scope; Component = "$($_.Component)"; Domain = "$($_.Domain)"; ActiveUrl = "$($_.ActiveUrl)" } }
        }
    }
    Save-Rows 'sites' 'Get-CsSite' @((Made 'Identity' 'Hide-Scope'), (Made 'SiteId' 'Hide-Site'), (Made 'DisplayName' 'Hide-Site'), (Plain 'SiteType'), (Made 'FederationRoute' 'Hide-Service'), (Joined 'Pools' 'Hide-Service')) { Get-CsSite -ErrorAction Stop }
    Save-Rows 'alloweddomains' 'Get-CsAllowedDomain' @((Made 'Domain' 'Hide-Host'), (Blank 'ProxyFqdn')) { Get-CsAllowedDomain -ErrorAction Stop }
    Save-Rows 'blockeddomains' 'Get-CsBlockedDomain' @((Made 'Domain' 'Hide-Host'), (Blank 'Comment')) { Get-CsBlockedDomain -ErrorAction Stop }

    # ---- pools and services: compared with the topology, and in its place where it could not be read ------
    Save-Rows 'pools' 'Get-CsPool' @((Made 'Identity' 'Hide-Service'), (Made 'Fqdn' 'Hide-Host'), (Made 'Site' 'Hide-Scope'), (Joined 'Computers' 'Hide-Host'), (Joined 'Services' 'Hide-Service')) { Get-CsPool -ErrorAction Stop }
    Save-Rows 'computers' 'Get-CsComputer' @((Made 'Identity' 'Hide-Host'), (Made 'Fqdn' 'Hide-Host'), (Made 'Pool' 'Hide-Service')) { Get-CsComputer -ErrorAction Stop }
    Save-Rows 'services' 'Get-CsService' @((Made 'Identity' 'Hide-Service'), (Plain 'Role'), (Plain 'Version'), (Plain 'Active'), (Made 'PoolFqdn' 'Hide-Host'), (Made 'SiteId' 'Hide-Scope'), (Made 'ServiceId' 'Hide-ServiceId'), (Joined 'DependentServiceList' 'Hide-Service'), (Made 'Registrar' 'Hide-Service'), (Made 'BackupRegistrar' 'Hide-Service'), (Made 'UserServer' 'Hide-Service'), (Made 'WebServer' 'Hide-Service'), (Made 'EdgeServer' 'Hide-Service'), (Made 'MediationServer' 'Hide-Service'), (Made 'ConferenceServer' 'Hide-Service'), (Made 'UserDatabase' 'Hide-Service'), (Made 'ArchivingDatabase' 'Hide-Service'), (Made 'MonitoringDatabase' 'Hide-Service'), (Made 'FileStore' 'Hide-Service'), (Made 'SqlInstanceName' 'Hide-Name'), (Made 'ShareName' 'Hide-Name'), (Made 'ExternalFqdn' 'Hide-Host'), (Made 'AccessEdgeExternalFqdn' 'Hide-Host'), (Made 'DataEdgeExternalFqdn' 'Hide-Host'), (Made 'AVEdgeExternalFqdn' 'Hide-Host'), (Plain 'AccessEdgeExternalSipPort'), (Plain 'XmppListeningPort'), (Plain 'AtsSipPort'), (Plain 'CaaSipPort'), (Plain 'CasSipPort'), (Plain 'CpsSipPort'), (Plain 'PdpSipPort'), (Plain 'RgsSipPort')) { Get-CsService -ErrorAction Stop }
    Save-Rows 'sipdomains' 'Get-CsSipDomain' @((Made 'Identity' 'Hide-Host'), (Made 'Name' 'Hide-Host'), (Plain 'IsDefault')) { Get-CsSipDomain -ErrorAction Stop }
}

$script:log | Select-Object 'File', 'Rows', 'Problem' | Export-Csv (Join-Path $Folder ($logName + '.csv')) -NoTypeInformation -Encoding UTF8
# Goes only if nothing was left in it.
try { [IO.Directory]::Delete($script:unfinished) } catch { Write-Host 'What could not be finished is in the folder "unfinished".' }
Write-Host ('Written to ' + $Folder + '; ' + @($script:log | Where-Object { $_.Problem }).Length + ' problems, see ' + $logName + '.csv.')
